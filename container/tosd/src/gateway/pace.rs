//! Bodies that come so slowly that they only keep a place: each connection that trickles is one that somebody else lacks.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// Time for a body, however small.
const GRACE: Duration = Duration::from_secs(30);
/// Bytes a second that the whole of a body must reach. A line that carries a desktop carries a hundred times as much.
const RATE: u64 = 4 << 10;

/// So long so many bytes may take, from the first on.
fn patience(grace: Duration, bytes: u64) -> Duration {
    grace.saturating_add(Duration::from_secs(bytes / RATE))
}

/// A body that ends in an error when it is too slow as a whole.
pub struct Paced {
    body: Body,
    began: Instant,
    grace: Duration,
    bytes: u64,
    late: Pin<Box<Sleep>>,
}

/// Holds a body to the pace.
pub fn paced(body: Body) -> Body {
    Body::new(Paced::new(body, GRACE))
}

impl Paced {
    fn new(body: Body, grace: Duration) -> Self {
        let began = Instant::now();
        Self { body, began, grace, bytes: 0, late: Box::pin(sleep_until(began + grace)) }
    }
}

impl hyper::body::Body for Paced {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = self.get_mut();
        let Poll::Ready(next) = Pin::new(&mut this.body).poll_frame(cx) else {
            ready!(this.late.as_mut().poll(cx));
            return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())));
        };
        let Some(frame) = next else { return Poll::Ready(None) };
        let frame = frame?;
        let length = frame.data_ref().map_or(0, Bytes::len);
        this.bytes = this.bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        this.late.as_mut().reset(this.began + patience(this.grace, this.bytes));
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt as _, stream};
    use http_body_util::BodyExt as _;

    use super::*;

    #[test]
    fn a_body_has_to_be_worth_its_time() {
        assert_eq!(patience(GRACE, 0), GRACE);
        assert_eq!(patience(GRACE, 4 << 20), GRACE + Duration::from_secs(1024));
        assert!(patience(GRACE, u64::MAX) > GRACE);
    }

    #[tokio::test]
    async fn who_trickles_is_cut_off_and_who_does_not_is_heard_to_the_end() {
        let bytes = |text: &'static str| Ok::<_, io::Error>(Bytes::from_static(text.as_bytes()));
        // One byte now and then is no reason to wait on: the whole counts.
        let drops = stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Some((bytes("x"), ()))
        });
        let slow = Paced::new(Body::from_stream(drops), Duration::from_millis(50));
        let error = slow.collect().await.unwrap_err();
        assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::TimedOut);
        let silent = Body::from_stream(stream::once(async move { bytes("x") }).chain(stream::pending()));
        assert!(Paced::new(silent, Duration::from_millis(10)).collect().await.is_err());
        let whole = Paced::new(Body::from("abc"), GRACE);
        assert_eq!(hyper::body::Body::size_hint(&whole).exact(), Some(3));
        assert_eq!(whole.collect().await.unwrap().to_bytes(), "abc");
    }
}

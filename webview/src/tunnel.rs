//! The only way out: a tunnel to a host that a page's file names, by a name that leads to no private address.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use hyper::{Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::{io::copy_bidirectional, net::TcpStream, time::timeout};

/// A host has so long to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// No tunnel stays longer.
const LIFE: Duration = Duration::from_secs(600);

/// Answers `CONNECT`.
pub async fn open(mut request: Request<Incoming>, may_reach: impl Fn(&str, u16) -> bool) -> Response<Body> {
    let refuse = |status| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response
    };
    let target = request.uri().authority().and_then(|to| Some((to.host().to_owned(), to.port_u16()?)));
    let Some((host, port)) = target.filter(|(host, port)| may_reach(host, *port)) else {
        return refuse(StatusCode::FORBIDDEN);
    };
    let connected = timeout(PATIENCE, async {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), port)).await?.collect();
        let public = found.into_iter().find(|address| is_public(address.ip()));
        TcpStream::connect(public.ok_or(std::io::ErrorKind::PermissionDenied)?).await
    });
    let Ok(Ok(mut there)) = connected.await else { return refuse(StatusCode::BAD_GATEWAY) };
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(timeout(LIFE, async move {
        if let Ok(here) = upgrade.await {
            let _ = copy_bidirectional(&mut TokioIo::new(here), &mut there).await;
        }
    }));
    Response::new(Body::empty())
}

/// Whether an address is of the network at large: a name that leads to this machine or its neighbours leads nowhere.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || a >= 240
                || a == 0
                || shared)
        }
        IpAddr::V6(v6) => {
            let local = v6.is_unique_local() || v6.is_unicast_link_local();
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || local)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_its_neighbours_are_not_the_network() {
        for near in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "100.64.0.1",
        ] {
            assert!(!is_public(near.parse().unwrap()), "{near}");
        }
        for far in ["93.184.216.34", "2606:2800:220:1::1"] {
            assert!(is_public(far.parse().unwrap()), "{far}");
        }
    }
}

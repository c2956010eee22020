//! Logs on stderr, for people on a terminal and as JSON lines otherwise; traces by OTLP where that is configured.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use tracing_subscriber::{EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{LogFormat, Observe};

/// Kept until the end: then what was not sent yet is.
pub struct Traces(Option<SdkTracerProvider>);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // The last spans; whoever collects them may be gone already.
            let _ = provider.shutdown();
        }
    }
}

/// Begins. Before the tokio runtime: what sends traces has threads of its own and must not be made inside.
///
/// # Errors
/// A filter or an endpoint that is none.
pub fn begin(observe: &Observe) -> anyhow::Result<Traces> {
    let filter = EnvFilter::try_new(&observe.filter).context("observe.filter")?;
    let text = match observe.log {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if text { lines.boxed() } else { lines.json().flatten_event(true).boxed() };
    let provider = observe.otlp.as_deref().map(provider).transpose()?;
    let traces = provider.as_ref().map(spans);
    tracing_subscriber::registry().with(filter).with(lines).with(traces).init();
    Ok(Traces(provider))
}

fn spans<S>(provider: &SdkTracerProvider) -> tracing_opentelemetry::OpenTelemetryLayer<S, SdkTracer>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    tracing_opentelemetry::layer().with_tracer(provider.tracer("tosd"))
}

fn provider(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    // What sends them over TLS does so by the process's usual means; a second call would only find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(endpoint).build();
    let exporter = exporter.context("observe.otlp")?;
    let about = Resource::builder().with_service_name("tosd").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(about).build())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpListener,
        time::Duration,
    };

    use super::*;

    /// Somebody who collects: takes one export, and gives its first line and its body.
    fn collector() -> (String, std::sync::mpsc::Receiver<(String, Vec<u8>)>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let (told, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let lines: Vec<String> =
                reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let length =
                lines.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            told.send((lines.into_iter().next().unwrap_or_default(), body)).unwrap();
        });
        (endpoint, heard)
    }

    #[test]
    fn what_is_done_reaches_who_collects_it() {
        let (endpoint, heard) = collector();
        let traces = Traces(Some(provider(&endpoint).unwrap()));
        let layer = spans(traces.0.as_ref().unwrap());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            drop(tracing::info_span!("a-job", user = "alice").entered());
        });
        // The end sends what was not sent yet.
        drop(traces);
        let (line, body) = heard.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(line, "POST /v1/traces HTTP/1.1");
        for said in ["tosd", "a-job", "alice"] {
            assert!(body.windows(said.len()).any(|bytes| bytes == said.as_bytes()), "no {said}");
        }
    }

    #[test]
    fn nobody_who_collects_holds_nobody_up() {
        let traces = Traces(Some(provider("http://127.0.0.1:9/v1/traces").unwrap()));
        let layer = spans(traces.0.as_ref().unwrap());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            drop(tracing::info_span!("a-job").entered());
        });
        let begin = std::time::Instant::now();
        drop(traces);
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    }
}

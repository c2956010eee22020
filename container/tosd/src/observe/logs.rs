//! Logs on stderr, for people on a terminal and as JSON lines otherwise; traces by OTLP where that is configured.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
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
    let traces = provider.as_ref().map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("tosd")));
    tracing_subscriber::registry().with(filter).with(lines).with(traces).init();
    Ok(Traces(provider))
}

fn provider(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(endpoint).build();
    let exporter = exporter.context("observe.otlp")?;
    let about = Resource::builder().with_service_name("tosd").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(about).build())
}

//! The adapter that draws: a real GPU where there is one, else lavapipe.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use wgpu::hal::api::Vulkan;

use super::import::{NoImport, Support};
use super::quads::Quads;

/// Names an adapter by a part of its name, for tests and for hosts with several.
const ADAPTER_VARIABLE: &str = "TOS_ADAPTER";

/// A device that has not answered by then never will.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of the blocks that memory is taken from the device in. A block is given back as a whole, when nothing is left in
/// it: the usual ones hold the pictures of twenty windows, and one small texture that stays keeps all of one. What is
/// larger than a block has one of its own. The allocator takes 4 MiB for less than that.
const BLOCKS: std::ops::Range<u64> = 2 << 20..8 << 20;

/// Bytes that wait to go to the device at most. A picture that is drawn takes along what was written for it: more than this
/// gathers where programs draw and nothing is, as when nobody watches.
const MOST_UNSUBMITTED: usize = 16 << 20;

/// Why there is nothing to draw with.
#[derive(Debug, thiserror::Error)]
pub enum GpuError {
    /// No Vulkan driver offers a device.
    #[error("no Vulkan adapter; install mesa-vulkan-drivers for the software one")]
    NoAdapter,
    /// The named adapter is not there.
    #[error("no Vulkan adapter's name contains {wanted:?}; there are: {found}")]
    NoSuchAdapter {
        /// What the environment asked for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// The adapter gives no device.
    #[error("{adapter}: {reason}")]
    NoDevice {
        /// Its name.
        adapter: String,
        /// What the driver said.
        reason: wgpu::RequestDeviceError,
    },
    /// The device never answered.
    #[error("the Vulkan driver did not answer at once")]
    Silent,
}

/// A device to draw with; clones share it.
#[derive(Debug, Clone)]
pub struct Gpu(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: wgpu::AdapterInfo,
    quads: Quads,
    imports: Result<Support, NoImport>,
    texture_bytes: Arc<AtomicUsize>,
    /// Bytes that were written for the device and wait for the next commands, to go there before them.
    unsubmitted: AtomicUsize,
}

/// Bytes on the device that are counted for as long as this lives.
#[derive(Debug)]
pub(super) struct Counted {
    bytes: usize,
    total: Arc<AtomicUsize>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.total.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Gpu {
    /// Opens the best adapter, or the one that `TOS_ADAPTER` names a part of.
    pub fn new() -> Result<Self, GpuError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN;
        // Validation layers, which development builds would load where they are installed, cost milliseconds a frame.
        descriptor.flags = wgpu::InstanceFlags::empty().with_env();
        let instance = wgpu::Instance::new(descriptor);
        let adapters = ready(instance.enumerate_adapters(wgpu::Backends::VULKAN)).ok_or(GpuError::Silent)?;
        let adapter = choose(adapters, std::env::var(ADAPTER_VARIABLE).ok())?;
        let info = adapter.get_info();
        let limits = wgpu::Limits {
            max_texture_dimension_2d: adapter.limits().max_texture_dimension_2d,
            max_buffer_size: adapter.limits().max_buffer_size,
            ..wgpu::Limits::downlevel_defaults()
        };
        let descriptor = wgpu::DeviceDescriptor {
            required_limits: limits,
            memory_hints: wgpu::MemoryHints::Manual { suballocated_device_memory_block_size: BLOCKS },
            ..Default::default()
        };
        let mut imports = super::import::ask(&adapter);
        let importing = match &imports {
            Ok(support) => open_importing(&adapter, &descriptor, support),
            Err(reason) => Err(reason.clone()),
        };
        let opened = match importing {
            Ok(opened) => Ok(opened),
            Err(reason) => {
                tracing::debug!(%reason, "programs cannot hand over what they drew on a GPU");
                imports = Err(reason);
                ready(adapter.request_device(&descriptor)).ok_or(GpuError::Silent)?
            }
        };
        let (device, queue) = opened.map_err(|reason| GpuError::NoDevice { adapter: info.name.clone(), reason })?;
        // The default handler panics. Running out of memory for one client's picture must not take the others along.
        device.on_uncaptured_error(Arc::new(|error| tracing::error!(%error, "drawing failed")));
        let quads = Quads::new(&device);
        tracing::debug!(adapter = info.name, driver = info.driver_info, kind = ?info.device_type, "drawing");
        let gpu = Self(Arc::new(Inner {
            device,
            queue,
            info,
            quads,
            imports,
            texture_bytes: Arc::default(),
            unsubmitted: AtomicUsize::new(0),
        }));
        if gpu.software() {
            super::quads::warm_up(&gpu);
        }
        Ok(gpu)
    }

    /// As the driver names it.
    pub fn adapter_name(&self) -> &str {
        &self.0.info.name
    }

    /// Whether the "GPU" is this machine's processor, which changes what is cheap.
    pub fn software(&self) -> bool {
        self.0.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Which buffers of clients the device can take over.
    ///
    /// # Errors
    /// If none: why.
    pub fn import_support(&self) -> Result<&Support, &NoImport> {
        self.0.imports.as_ref()
    }

    /// Hands commands to the device, and what was written before them.
    pub(super) fn submit(&self, commands: impl IntoIterator<Item = wgpu::CommandBuffer>) -> wgpu::SubmissionIndex {
        self.0.unsubmitted.store(0, Ordering::Relaxed);
        self.0.queue.submit(commands)
    }

    /// Writes pixels, to be there before what is submitted next.
    pub(super) fn write(
        &self,
        to: wgpu::TexelCopyTextureInfo<'_>,
        pixels: &[u8],
        layout: wgpu::TexelCopyBufferLayout,
        extent: wgpu::Extent3d,
    ) {
        self.0.queue.write_texture(to, pixels, layout, extent);
        if self.0.unsubmitted.fetch_add(pixels.len(), Ordering::Relaxed) + pixels.len() > MOST_UNSUBMITTED {
            self.settle();
        }
    }

    /// Lets the device have what waits though nothing is drawn, and lets go of what it is done with. Does not wait.
    pub(crate) fn settle(&self) {
        if self.0.unsubmitted.load(Ordering::Relaxed) > 0 {
            self.submit([]);
        }
        if let Err(error) = self.0.device.poll(wgpu::PollType::Poll) {
            tracing::warn!(%error, "the device does not answer");
        }
    }

    /// Waits until the device has done what was submitted, or it is clear that it never will.
    pub(crate) fn wait(&self, submission: wgpu::SubmissionIndex) {
        let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(PATIENCE) };
        if let Err(error) = self.0.device.poll(wait) {
            tracing::warn!(%error, "the device does not answer");
        }
    }

    /// What pictures take on the device: clients' surfaces, thumbnails, terminals.
    pub fn texture_bytes(&self) -> usize {
        self.0.texture_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, bytes: usize) -> Counted {
        self.0.texture_bytes.fetch_add(bytes, Ordering::Relaxed);
        Counted { bytes, total: self.0.texture_bytes.clone() }
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.0.device
    }

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.0.queue
    }

    pub(super) fn quads(&self) -> &Quads {
        &self.0.quads
    }

    /// No texture is wider or higher.
    pub(super) fn largest_side(&self) -> u32 {
        self.0.device.limits().max_texture_dimension_2d
    }
}

/// Opens a device that takes over buffers of clients.
fn open_importing(
    adapter: &wgpu::Adapter,
    descriptor: &wgpu::DeviceDescriptor<'_>,
    support: &Support,
) -> Result<(wgpu::Device, wgpu::Queue), NoImport> {
    let failed = |missing: String| NoImport::Lacks { adapter: adapter.get_info().name, missing };
    let features = wgpu::Features::VULKAN_EXTERNAL_MEMORY_DMA_BUF;
    let descriptor = wgpu::DeviceDescriptor { required_features: features, ..descriptor.clone() };
    // SAFETY: it is used, not destroyed.
    let opener = unsafe { adapter.as_hal::<Vulkan>() }.ok_or_else(|| failed("Vulkan".into()))?;
    let more = |arguments: wgpu::hal::vulkan::CreateDeviceCallbackArgs<'_, '_, '_>| {
        arguments.extensions.extend(support.extensions());
    };
    let (limits, hints) = (&descriptor.required_limits, &descriptor.memory_hints);
    // SAFETY: the adapter has the feature, and the extension that is added, which changes nothing by itself.
    let opened = unsafe { opener.open_with_callback(features, limits, hints, Some(Box::new(more))) };
    let opened = opened.map_err(|error| failed(error.to_string()))?;
    drop(opener);
    // SAFETY: the device is of this adapter and was opened with these features.
    unsafe { adapter.create_device_from_hal::<Vulkan>(opened, &descriptor) }.map_err(|error| failed(error.to_string()))
}

fn choose(adapters: Vec<wgpu::Adapter>, wanted: Option<String>) -> Result<wgpu::Adapter, GpuError> {
    let names: Vec<_> = adapters.iter().map(|adapter| adapter.get_info().name).collect();
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return adapters.into_iter().min_by_key(|a| rank(a.get_info().device_type)).ok_or(GpuError::NoAdapter);
    };
    let matches = |name: &String| name.to_lowercase().contains(&wanted.to_lowercase());
    let at = names.iter().position(matches);
    at.and_then(|at| adapters.into_iter().nth(at))
        .ok_or_else(|| GpuError::NoSuchAdapter { wanted, found: names.join(", ") })
}

/// Lower is better.
fn rank(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Cpu => 3,
        wgpu::DeviceType::Other => 4,
    }
}

/// The value of a future that is ready at once, as all of wgpu's are outside of a browser.
pub(super) fn ready<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_is_shared_among_threads() {
        fn shared<T: Clone + Send + Sync>() {}
        fn sent<T: Send>() {}
        shared::<Gpu>();
        sent::<crate::render::Readback>();
    }

    #[test]
    fn without_an_adapter_it_says_what_to_do() {
        let error = choose(Vec::new(), None).expect_err("there is none").to_string();
        assert!(error.contains("mesa-vulkan-drivers"), "{error}");
        assert!(matches!(choose(Vec::new(), Some("radeon".into())), Err(GpuError::NoSuchAdapter { .. })));
    }

    #[test]
    fn a_real_gpu_comes_before_a_software_one() {
        assert!(rank(wgpu::DeviceType::DiscreteGpu) < rank(wgpu::DeviceType::Cpu));
        assert!(rank(wgpu::DeviceType::IntegratedGpu) < rank(wgpu::DeviceType::Cpu));
    }
}

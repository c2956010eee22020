//! What a device says of the buffers that it can take over.

use std::ffi::CStr;

use ash::vk;
use smithay::backend::allocator::{Format, Modifier};
use wgpu::hal::api::Vulkan;

use super::super::texture::PixelFormat;
use super::{FORMATS, Offered};

/// No device has as many layouts of one format.
const MOST_LAYOUTS: usize = 1024;

/// Why no buffers of clients can be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoImport {
    /// The driver does not know how.
    #[error("the driver of {adapter} lacks {missing}")]
    Lacks {
        /// The adapter's name.
        adapter: String,
        /// An extension of Vulkan.
        missing: String,
    },
    /// Clients could not be told which device to draw on.
    #[error("{adapter} has no node under /dev/dri")]
    NoNode {
        /// The adapter's name.
        adapter: String,
    },
    /// It takes none of the formats that are drawn.
    #[error("{adapter} takes no buffers of one plane")]
    NoFormats {
        /// The adapter's name.
        adapter: String,
    },
}

/// What a device can take over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Support {
    offered: Vec<Offered>,
    /// Its node, as the kernel numbers it.
    device: u64,
    /// It can be told that others than Vulkan have an image.
    foreign: bool,
}

impl Support {
    /// The layouts of formats that it takes.
    pub fn offered(&self) -> &[Offered] {
        &self.offered
    }

    /// Formats with their layouts, as clients are told them.
    pub fn formats(&self) -> impl Iterator<Item = Format> {
        self.offered.iter().map(|offered| offered.format)
    }

    /// The number of its node.
    pub fn device(&self) -> u64 {
        self.device
    }

    /// The queue family that stands for clients.
    pub(super) fn theirs(&self) -> u32 {
        if self.foreign { vk::QUEUE_FAMILY_FOREIGN_EXT } else { vk::QUEUE_FAMILY_EXTERNAL }
    }

    /// What the device is to be opened with beside what wgpu asks for.
    pub(in super::super) fn extensions(&self) -> Option<&'static CStr> {
        self.foreign.then_some(ash::ext::queue_family_foreign::NAME)
    }
}

/// Asks an adapter.
///
/// # Errors
/// If it takes nothing over: why.
pub(in super::super) fn ask(adapter: &wgpu::Adapter) -> Result<Support, NoImport> {
    let name = adapter.get_info().name;
    let lacks = |missing: &str| NoImport::Lacks { adapter: name.clone(), missing: missing.into() };
    // SAFETY: it is asked, not destroyed.
    let asked = unsafe { adapter.as_hal::<Vulkan>() }.ok_or_else(|| lacks("Vulkan"))?;
    let physical = asked.raw_physical_device();
    let instance = asked.shared_instance();
    if instance.instance_api_version() < vk::API_VERSION_1_1 {
        return Err(lacks("Vulkan 1.1"));
    }
    let instance = instance.raw_instance();
    // SAFETY: both handles live as long as the adapter does.
    let extensions = unsafe { instance.enumerate_device_extension_properties(physical) }.unwrap_or_default();
    let has = |wanted: &CStr| extensions.iter().any(|known| known.extension_name_as_c_str() == Ok(wanted));
    for needed in [
        ash::khr::external_memory_fd::NAME,
        ash::ext::external_memory_dma_buf::NAME,
        ash::ext::image_drm_format_modifier::NAME,
        ash::ext::physical_device_drm::NAME,
    ] {
        if !has(needed) {
            return Err(lacks(&needed.to_string_lossy()));
        }
    }
    if !adapter.features().contains(wgpu::Features::VULKAN_EXTERNAL_MEMORY_DMA_BUF) {
        return Err(lacks("the import of dmabufs"));
    }
    let device = node(instance, physical).ok_or_else(|| NoImport::NoNode { adapter: name.clone() })?;
    let mut offered = Vec::new();
    for (code, format) in FORMATS {
        for layout in layouts(instance, physical, raw_format(format)) {
            let modifier = Modifier::from(layout.drm_format_modifier);
            if let Some(most) = most(instance, physical, raw_format(format), layout.drm_format_modifier) {
                offered.push(Offered { format: Format { code, modifier }, most });
            }
        }
    }
    if offered.is_empty() {
        return Err(NoImport::NoFormats { adapter: name });
    }
    Ok(Support { offered, device, foreign: has(ash::ext::queue_family_foreign::NAME) })
}

fn raw_format(format: PixelFormat) -> vk::Format {
    match format {
        PixelFormat::Argb8888 | PixelFormat::Xrgb8888 => vk::Format::B8G8R8A8_UNORM,
        PixelFormat::Abgr8888 | PixelFormat::Xbgr8888 => vk::Format::R8G8B8A8_UNORM,
    }
}

/// The number of a device's node, that for drawing rather than the one with screens.
fn node(instance: &ash::Instance, physical: vk::PhysicalDevice) -> Option<u64> {
    let mut drm = vk::PhysicalDeviceDrmPropertiesEXT::default();
    let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut drm);
    // SAFETY: the device has the extension that the structure is of.
    unsafe { instance.get_physical_device_properties2(physical, &mut properties) };
    let (major, minor) = match (drm.has_render != 0, drm.has_primary != 0) {
        (true, _) => (drm.render_major, drm.render_minor),
        (false, true) => (drm.primary_major, drm.primary_minor),
        (false, false) => return None,
    };
    Some(rustix::fs::makedev(u32::try_from(major).ok()?, u32::try_from(minor).ok()?))
}

/// The layouts of a format that are one plane and can be copied from.
fn layouts(
    instance: &ash::Instance,
    physical: vk::PhysicalDevice,
    format: vk::Format,
) -> Vec<vk::DrmFormatModifierPropertiesEXT> {
    let mut list = vk::DrmFormatModifierPropertiesListEXT::default();
    let mut properties = vk::FormatProperties2::default().push_next(&mut list);
    // SAFETY: the device has the extension that the structure is of; without a place for them it counts the layouts.
    unsafe { instance.get_physical_device_format_properties2(physical, format, &mut properties) };
    let count = (list.drm_format_modifier_count as usize).min(MOST_LAYOUTS);
    let mut layouts = vec![vk::DrmFormatModifierPropertiesEXT::default(); count];
    let mut list = vk::DrmFormatModifierPropertiesListEXT::default().drm_format_modifier_properties(&mut layouts);
    let mut properties = vk::FormatProperties2::default().push_next(&mut list);
    // SAFETY: the same, and there is a place for as many as the structure says.
    unsafe { instance.get_physical_device_format_properties2(physical, format, &mut properties) };
    let written = list.drm_format_modifier_count as usize;
    layouts.truncate(written);
    let copied = |layout: &vk::DrmFormatModifierPropertiesEXT| {
        layout.drm_format_modifier_tiling_features.contains(vk::FormatFeatureFlags::TRANSFER_SRC)
    };
    layouts.retain(|layout| layout.drm_format_modifier_plane_count == 1 && copied(layout));
    layouts
}

/// The longest sides of a picture in a layout, if dmabufs of that can be imported to be copied from.
fn most(
    instance: &ash::Instance,
    physical: vk::PhysicalDevice,
    format: vk::Format,
    modifier: u64,
) -> Option<(u32, u32)> {
    let mut layout = vk::PhysicalDeviceImageDrmFormatModifierInfoEXT::default()
        .drm_format_modifier(modifier)
        .sharing_mode(vk::SharingMode::EXCLUSIVE);
    let mut external = vk::PhysicalDeviceExternalImageFormatInfo::default()
        .handle_type(vk::ExternalMemoryHandleTypeFlags::DMA_BUF_EXT);
    let asked = vk::PhysicalDeviceImageFormatInfo2::default()
        .format(format)
        .ty(vk::ImageType::TYPE_2D)
        .tiling(vk::ImageTiling::DRM_FORMAT_MODIFIER_EXT)
        .usage(vk::ImageUsageFlags::TRANSFER_SRC)
        .push_next(&mut layout)
        .push_next(&mut external);
    let mut memory = vk::ExternalImageFormatProperties::default();
    let mut answer = vk::ImageFormatProperties2::default().push_next(&mut memory);
    // SAFETY: the device has the extensions that the structures are of.
    unsafe { instance.get_physical_device_image_format_properties2(physical, &asked, &mut answer) }.ok()?;
    let extent = answer.image_format_properties.max_extent;
    let features = memory.external_memory_properties.external_memory_features;
    let largest = |side: u32| side.min(crate::surface::MAX_SIDE as u32);
    features
        .contains(vk::ExternalMemoryFeatureFlags::IMPORTABLE)
        .then(|| (largest(extent.width), largest(extent.height)))
}

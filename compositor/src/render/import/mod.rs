//! Pictures that clients drew on the GPU, taken over where they are.
//!
//! A buffer becomes an image on our device once, when the client says what it is; at each commit its damage is copied on the
//! device into the texture that the surface has anyway, as the pixels of shared memory are. So thumbnails, captures and what
//! is taken off the device know of one kind of picture only, and a buffer is the client's again as soon as that copy is done.
//!
//! [`plausible`] is what is believed of a client's words, [`ask`] what the device says that it can do. What the driver is
//! handed was looked at before; what it refuses is refused.

mod ask;
mod plausible;

use std::os::fd::{BorrowedFd, OwnedFd};

use ash::vk;
use smithay::backend::allocator::{Buffer as _, Fourcc, Modifier, dmabuf::Dmabuf};
use smithay::utils::{Buffer, Rectangle, Size};
use wgpu::hal::api::Vulkan;

use super::gpu::Gpu;
use super::texture::{PixelFormat, SurfaceTexture};

pub(super) use ask::ask;
pub use ask::{NoImport, Support};
pub use plausible::{Described, Offered, Refused};

/// What the kernel calls the file system that dmabufs are in.
const DMABUF_MAGIC: i64 = 0x444d_4142;

/// A client's buffer as an image on our device.
#[derive(Debug)]
pub struct Imported {
    texture: wgpu::Texture,
    format: PixelFormat,
    /// Who has it while the client does.
    theirs: u32,
}

/// Whose an image becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Us,
    Them,
}

impl Gpu {
    /// Takes a client's buffer over.
    ///
    /// # Errors
    /// If it is not what it is said to be, or the device does not take it.
    pub fn import(&self, dmabuf: &Dmabuf) -> Result<Imported, Refused> {
        let (described, fd) = describe(dmabuf)?;
        let none = Support::default();
        let support = self.import_support().unwrap_or(&none);
        let format = described.check(support.offered())?;
        self.import_support().map_err(|_| Refused::Device)?;
        let fd = fd.try_clone_to_owned().map_err(|_| Refused::Files)?;
        let texture = self.import_image(fd, &described, format).ok_or(Refused::Device)?;
        Ok(Imported { texture, format, theirs: support.theirs() })
    }

    fn import_image(&self, fd: OwnedFd, described: &Described, format: PixelFormat) -> Option<wgpu::Texture> {
        let (width, height) = (u32::try_from(described.size.w).ok()?, u32::try_from(described.size.h).ok()?);
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        let (label, dimension, format) =
            (Some("a client's buffer"), wgpu::TextureDimension::D2, format.texture_format());
        let inner = wgpu::hal::TextureDescriptor {
            label,
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension,
            format,
            usage: wgpu::TextureUses::COPY_SRC,
            memory_flags: wgpu::hal::MemoryFlags::empty(),
            view_formats: Vec::new(),
        };
        let descriptor = wgpu::TextureDescriptor {
            label,
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension,
            format,
            usage: wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        };
        // SAFETY: the device is used, not destroyed.
        let device = unsafe { self.device().as_hal::<Vulkan>() }?;
        let (stride, offset) = (u64::from(described.stride), u64::from(described.offset));
        // SAFETY: the device was opened with the feature; the file is a dmabuf, by the kernel's word, of one plane in a
        // layout that the device said it can import; stride and offset lie within it.
        let image =
            unsafe { device.texture_from_dmabuf_fd(fd, &inner, described.modifier.into(), stride, offset) }.ok()?;
        drop(device);
        // SAFETY: the image was made just now, of this device and after the same description. What a client drew in it
        // counts as initialised; `hand_over` puts it into this state before each use.
        Some(unsafe {
            self.device().create_texture_from_hal::<Vulkan>(image, &descriptor, wgpu::TextureUses::COPY_SRC)
        })
    }
}

/// What a buffer says of itself, and its file.
fn describe(dmabuf: &Dmabuf) -> Result<(Described, BorrowedFd<'_>), Refused> {
    let planes = dmabuf.num_planes();
    let parts = (dmabuf.handles().next(), dmabuf.offsets().next(), dmabuf.strides().next());
    let (Some(fd), Some(offset), Some(stride)) = parts else { return Err(Refused::Planes { planes }) };
    let size = dmabuf.size();
    let format = dmabuf.format();
    let length = length_of(fd);
    let described = Described {
        size: Size::from((size.w, size.h)),
        format: format.code,
        modifier: format.modifier,
        planes,
        offset,
        stride,
        length,
        upside_down: dmabuf.y_inverted(),
    };
    Ok((described, fd))
}

/// Bytes of a dmabuf; `None` if it is none.
fn length_of(fd: BorrowedFd<'_>) -> Option<u64> {
    let kind = rustix::fs::fstatfs(fd).ok()?.f_type;
    if kind as i64 != DMABUF_MAGIC {
        return None;
    }
    let length = rustix::fs::seek(fd, rustix::fs::SeekFrom::End(0)).ok()?;
    rustix::fs::seek(fd, rustix::fs::SeekFrom::Start(0)).ok()?;
    Some(length)
}

impl Imported {
    /// How its pixels are laid out.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// In pixels.
    pub fn size(&self) -> Size<i32, Buffer> {
        Size::from((self.texture.width() as i32, self.texture.height() as i32))
    }

    /// Copies rectangles of it into a texture of its size and format. Until that is done, as the returned submission says,
    /// nobody may draw in the buffer.
    pub fn copy(&self, gpu: &Gpu, to: &SurfaceTexture, rects: &[Rectangle<i32, Buffer>]) -> wgpu::SubmissionIndex {
        let encoder = || gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let (mut before, mut copy, mut after) = (encoder(), encoder(), encoder());
        self.hand_over(gpu, &mut before, To::Us);
        let whole = Rectangle::from_size(self.size());
        let parts = rects.iter().filter_map(|rect| rect.intersection(whole)).filter(|rect| !rect.is_empty());
        for rect in parts.filter(|_| to.size() == self.size() && to.format() == self.format) {
            let origin = wgpu::Origin3d { x: rect.loc.x as u32, y: rect.loc.y as u32, z: 0 };
            copy.copy_texture_to_texture(
                wgpu::TexelCopyTextureInfo { origin, ..self.texture.as_image_copy() },
                wgpu::TexelCopyTextureInfo { origin, ..to.image().texture().as_image_copy() },
                wgpu::Extent3d { width: rect.size.w as u32, height: rect.size.h as u32, depth_or_array_layers: 1 },
            );
        }
        self.hand_over(gpu, &mut after, To::Them);
        gpu.submit([before.finish(), copy.finish(), after.finish()])
    }

    /// Records that the image changes hands, which wgpu knows nothing of: to it, the image is there to be copied from all
    /// the time.
    fn hand_over(&self, gpu: &Gpu, encoder: &mut wgpu::CommandEncoder, to: To) {
        // SAFETY: device and image are used, not destroyed.
        let (device, image) = unsafe { (gpu.device().as_hal::<Vulkan>(), self.texture.as_hal::<Vulkan>()) };
        let (Some(device), Some(image)) = (device, image) else { return };
        let ours = device.queue_family_index();
        let (here, there) = (vk::ImageLayout::TRANSFER_SRC_OPTIMAL, vk::ImageLayout::GENERAL);
        let (copies, reads) = (vk::PipelineStageFlags::TRANSFER, vk::AccessFlags::TRANSFER_READ);
        let none = vk::AccessFlags::empty();
        let ((from, into), (was, is), (accessed, access), (earlier, later)) = match to {
            To::Us => {
                ((self.theirs, ours), (there, here), (none, reads), (vk::PipelineStageFlags::TOP_OF_PIPE, copies))
            }
            To::Them => {
                ((ours, self.theirs), (here, there), (reads, none), (copies, vk::PipelineStageFlags::BOTTOM_OF_PIPE))
            }
        };
        let range =
            vk::ImageSubresourceRange::default().aspect_mask(vk::ImageAspectFlags::COLOR).level_count(1).layer_count(1);
        // SAFETY: the image outlives the submission, since the copy that goes with it holds it.
        let barrier = vk::ImageMemoryBarrier::default()
            .image(unsafe { image.raw_handle() })
            .subresource_range(range)
            .old_layout(was)
            .new_layout(is)
            .src_queue_family_index(from)
            .dst_queue_family_index(into)
            .src_access_mask(accessed)
            .dst_access_mask(access);
        // SAFETY: the command buffer is being recorded and is left open; the barrier names an image of this device.
        unsafe {
            encoder.as_hal_mut::<Vulkan, _, _>(|encoder| {
                let Some(encoder) = encoder else { return };
                let (commands, flags) = (encoder.raw_handle(), vk::DependencyFlags::empty());
                device.raw_device().cmd_pipeline_barrier(commands, earlier, later, flags, &[], &[], &[barrier]);
            });
        }
    }
}

/// The formats that are offered, and how each is laid out. Others than these four are not drawn from shared memory either.
const FORMATS: [(Fourcc, PixelFormat); 4] = [
    (Fourcc::Argb8888, PixelFormat::Argb8888),
    (Fourcc::Xrgb8888, PixelFormat::Xrgb8888),
    (Fourcc::Abgr8888, PixelFormat::Abgr8888),
    (Fourcc::Xbgr8888, PixelFormat::Xbgr8888),
];

/// Plain rows of pixels.
pub const LINEAR: Modifier = Modifier::Linear;

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn what_is_no_dmabuf_has_no_length_however_long_it_is() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        assert_eq!(length_of(file.as_fd()), None);
        let (pipe, _other) = rustix::pipe::pipe().unwrap();
        assert_eq!(length_of(pipe.as_fd()), None);
    }

    /// The picture is one of ours here, since no dmabuf can be had without a device that makes them; what is done with it
    /// on the device is the same.
    #[test]
    fn damage_is_copied_and_the_rest_stays() {
        let gpu = Gpu::new().expect("a Vulkan device, such as lavapipe");
        let size = Size::from((8, 4));
        let texture = gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: 8, height: 4, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Bgra8Unorm,
            usage: wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(32), rows_per_image: None };
        let all = texture.size();
        gpu.queue().write_texture(texture.as_image_copy(), &[7; 8 * 4 * 4], layout, all);
        let imported = Imported { texture, format: PixelFormat::Argb8888, theirs: vk::QUEUE_FAMILY_EXTERNAL };
        let to = SurfaceTexture::new(&gpu, size, PixelFormat::Argb8888).unwrap();
        to.upload(&gpu, &[1; 8 * 4 * 4], 32, &[Rectangle::from_size(size)]).unwrap();
        let rects = [Rectangle::new((2, 1).into(), (3, 2).into()), Rectangle::new((7, 3).into(), (9, 9).into())];
        let submission = imported.copy(&gpu, &to, &rects);
        gpu.wait(submission);
        let pixels = to.read(&gpu).pack().and_then(|packed| packed.pixels()).expect("the device answers");
        for (place, pixel) in pixels.chunks_exact(4).enumerate() {
            let (x, y) = (place % 8, place / 8);
            let copied = ((2..5).contains(&x) && (1..3).contains(&y)) || (x, y) == (7, 3);
            assert_eq!(pixel, if copied { [7; 4] } else { [1; 4] }, "{x}, {y}");
        }
    }
}

//! The pipelines that draw rectangles, and the list of rectangles of one frame.

use bytemuck::{Pod, Zeroable};
use smithay::utils::{Physical, Rectangle, Size};

use super::canvas::{Canvas, drawable};
use super::gpu::Gpu;
use super::mapping::{Mapping, Sampling};
use super::piece::{Content, Piece};
use super::plan::Seen;
use super::shape::Shape;
use super::texture::Image;

/// The shaders, part of the program.
pub(super) const SOURCE: &str = include_str!("../../../shaders/quad.wgsl");

/// What a picture is drawn into. Eight bits a channel, not linear: clients blend in that space, and so does every desktop.
pub(super) const TARGET_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Bgra8Unorm;

/// How a rectangle is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    Solid,
    Nearest,
    Linear,
    Stretched,
    Letters,
    LettersScaled,
    Block,
    Stroke,
    Halved,
}

/// Each with its shader's entry point, in the order of their declaration.
const FILLS: [(Fill, &str); 9] = [
    (Fill::Solid, "solid"),
    (Fill::Nearest, "nearest"),
    (Fill::Linear, "linear"),
    (Fill::Stretched, "stretched"),
    (Fill::Letters, "letters"),
    (Fill::LettersScaled, "letters_scaled"),
    (Fill::Block, "block"),
    (Fill::Stroke, "stroke"),
    (Fill::Halved, "halved"),
];

impl Fill {
    fn has_picture(self) -> bool {
        !matches!(self, Self::Solid | Self::Block | Self::Stroke)
    }
}

/// Everything that drawing rectangles needs and that does not change.
#[derive(Debug)]
pub(super) struct Quads {
    /// Replacing and blending, each in the order of `FILLS`.
    pipelines: [[wgpu::RenderPipeline; FILLS.len()]; 2],
    picture_layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
}

impl Quads {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("quad"),
            source: wgpu::ShaderSource::Wgsl(SOURCE.into()),
        });
        let picture_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("picture"),
            entries: &[
                entry(
                    0,
                    wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                ),
                entry(1, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
            ],
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("linear"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let layout = |label, groups: &[Option<&wgpu::BindGroupLayout>]| {
            let (label, bind_group_layouts) = (Some(label), groups);
            device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label,
                bind_group_layouts,
                immediate_size: 0,
            })
        };
        let bare = layout("colour", &[]);
        let textured = layout("picture", &[Some(&picture_layout)]);
        let pipelines = [None, Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING)].map(|blend| {
            FILLS.map(|(fill, entry)| {
                let layout = if fill.has_picture() { &textured } else { &bare };
                pipeline(device, &module, layout, entry, blend)
            })
        });
        Self { pipelines, picture_layout, sampler }
    }

    /// Makes a texture drawable.
    pub(super) fn bind(&self, device: &wgpu::Device, texture: &wgpu::Texture) -> wgpu::BindGroup {
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("picture"),
            layout: &self.picture_layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&self.sampler) },
            ],
        })
    }

    fn pipeline(&self, fill: Fill, blend: bool) -> &wgpu::RenderPipeline {
        &self.pipelines[usize::from(blend)][fill as usize]
    }
}

/// Draws a pixel in every way there is. A software adapter compiles each when it is first used, for some milliseconds; in
/// the first zoom that would be seen.
pub(super) fn warm_up(gpu: &Gpu) {
    let size: Size<i32, Physical> = Size::new(16, 16);
    let picture = |format| Image::new(gpu, Size::new(4, 4), format, true, wgpu::TextureUsages::COPY_DST);
    let pictures = [TARGET_FORMAT, wgpu::TextureFormat::Rgba8Unorm].map(picture);
    let sheet = [picture(wgpu::TextureFormat::R8Unorm)];
    let rects = [Rectangle::new((3, 3).into(), (2, 2).into())];
    let mut list = QuadList::new(size);
    for (fill, _) in FILLS {
        let with: &[Option<Image>] = match fill {
            Fill::Letters | Fill::LettersScaled => &sheet,
            _ => &pictures,
        };
        let with: Vec<_> = with.iter().flatten().map(|image| Some(image.bind_group())).collect();
        let with = if fill.has_picture() { with } else { vec![None] };
        for picture in with {
            list.push(fill, false, picture, &rects, ZERO);
            list.push(fill, true, picture, &rects, ZERO);
        }
    }
    let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    Canvas::new(drawable(gpu, size, wgpu::TextureUsages::empty())).paint(gpu, &list, &mut encoder);
    gpu.submit([encoder.finish()]);
}

fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::FRAGMENT, ty, count: None }
}

fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layout: &wgpu::PipelineLayout,
    fragment: &str,
    blend: Option<wgpu::BlendState>,
) -> wgpu::RenderPipeline {
    const ATTRIBUTES: [wgpu::VertexAttribute; 6] = wgpu::vertex_attr_array![
        0 => Float32x4, 1 => Float32x4, 2 => Float32x4, 3 => Float32x4, 4 => Float32x4, 5 => Float32x4
    ];
    let buffer = wgpu::VertexBufferLayout {
        array_stride: size_of::<Instance>() as u64,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes: &ATTRIBUTES,
    };
    let target = wgpu::ColorTargetState { format: TARGET_FORMAT, blend, write_mask: wgpu::ColorWrites::ALL };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("corner"),
            compilation_options: Default::default(),
            buffers: &[Some(buffer)],
        },
        primitive: wgpu::PrimitiveState { topology: wgpu::PrimitiveTopology::TriangleStrip, ..Default::default() },
        depth_stencil: None,
        multisample: Default::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: Default::default(),
            targets: &[Some(target)],
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// As `Instance` in quad.wgsl.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Instance {
    edges: [f32; 4],
    /// A matrix, an origin and limits, or a shape.
    numbers: [[f32; 4]; 4],
    colour: [f32; 4],
}

/// Rectangles that are drawn with one call.
#[derive(Debug)]
struct Batch<'a> {
    fill: Fill,
    blend: bool,
    picture: Option<&'a wgpu::BindGroup>,
    instances: Vec<Instance>,
    reach: Reach,
}

/// The rectangles of one frame.
///
/// What overlaps is drawn in painting order. What does not is put together with its like: on lavapipe a change of pipeline
/// or picture costs as much as filling ten thousand pixels.
#[derive(Debug)]
pub(super) struct QuadList<'a> {
    target: Size<i32, Physical>,
    batches: Vec<Batch<'a>>,
}

impl<'a> QuadList<'a> {
    pub(super) fn new(target: Size<i32, Physical>) -> Self {
        Self { target, batches: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// As the instance buffer holds them.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.batches.iter().flat_map(|batch| bytemuck::cast_slice(&batch.instances)).copied().collect()
    }

    /// Fills rectangles with a colour that replaces what is there.
    pub(super) fn background(&mut self, rects: &[Rectangle<i32, Physical>], colour: [f32; 4]) {
        self.push(Fill::Solid, false, None, rects, Instance { colour, ..Instance::zeroed() });
    }

    /// Draws what is seen of a piece, but for its opaque parts if those were copied.
    pub(super) fn piece(&mut self, piece: &'a Piece, seen: &Seen, copied: bool) {
        let at = piece.origin();
        let at = [at.x as f32, at.y as f32];
        let numbers = |mapping: &Mapping, limits: &[f64; 4]| {
            let (right, down) = (mapping.right, mapping.down);
            let matrix = [right[0], right[1], down[0], down[1]].map(|step| step as f32);
            let origin = [at[0], at[1], mapping.start[0] as f32, mapping.start[1] as f32];
            [matrix, origin, limits.map(|limit| limit as f32), [0.0; 4]]
        };
        let (fill, picture, instance) = match piece.content() {
            Content::Picture { image, mapping, limits, .. } => {
                let opaque = f32::from(u8::from(!image.has_alpha()));
                let colour = [piece.opacity(), opaque, 0.0, 0.0];
                let (w, h) = (f64::from(image.size().w), f64::from(image.size().h));
                let (fill, numbers) = match mapping.sampling {
                    Sampling::Exact | Sampling::Nearest => (Fill::Nearest, numbers(mapping, limits)),
                    // Nothing of the picture was cropped off: the sampler itself keeps to it.
                    Sampling::Linear if mapping.upright() && *limits == [0.5, 0.5, w - 0.5, h - 0.5] => {
                        let step = [(mapping.right[0] / w) as f32, (mapping.down[1] / h) as f32, 0.0, 0.0];
                        let start = [at[0], at[1], (mapping.start[0] / w) as f32, (mapping.start[1] / h) as f32];
                        (Fill::Stretched, [step, start, [0.0; 4], [0.0; 4]])
                    }
                    Sampling::Linear => (Fill::Linear, numbers(mapping, limits)),
                };
                (fill, Some(image.bind_group()), Instance { numbers, colour, ..ZERO })
            }
            Content::Solid(colour) | Content::Shape(_, colour) => {
                (Fill::Solid, None, Instance { colour: *colour, ..ZERO })
            }
            Content::Letters { sheet, mapping, limits, colour } => {
                let fill = if mapping.sampling == Sampling::Linear { Fill::LettersScaled } else { Fill::Letters };
                let instance = Instance { numbers: numbers(mapping, limits), colour: *colour, ..ZERO };
                (fill, Some(sheet.bind_group()), instance)
            }
        };
        if !copied {
            self.push(fill, false, picture, &seen.opaque, instance);
        }
        self.push(fill, true, picture, &seen.blended, instance);
        if let Content::Shape(outline, colour) = piece.content() {
            let fill = match outline.shape {
                Shape::Block { .. } => Fill::Block,
                Shape::Stroke { .. } => Fill::Stroke,
            };
            let instance = Instance { numbers: outline.shape.uniforms(), colour: *colour, ..ZERO };
            self.push(fill, true, None, &seen.edges, instance);
        }
    }

    /// Draws a picture at half its size; `extent` is what of it counts.
    pub(super) fn halved(
        &mut self,
        image: &'a Image,
        extent: Size<i32, Physical>,
        opaque: bool,
        rects: &[Rectangle<i32, Physical>],
    ) {
        let last = [extent.w as f32 - 1.0, extent.h as f32 - 1.0];
        let numbers = [[0.0; 4], [0.0; 4], [0.0, 0.0, last[0], last[1]], [0.0; 4]];
        let colour = [1.0, f32::from(u8::from(opaque)), 0.0, 0.0];
        self.push(Fill::Halved, false, Some(image.bind_group()), rects, Instance { numbers, colour, ..ZERO });
    }

    fn push(
        &mut self,
        fill: Fill,
        blend: bool,
        picture: Option<&'a wgpu::BindGroup>,
        rects: &[Rectangle<i32, Physical>],
        instance: Instance,
    ) {
        if rects.is_empty() {
            return;
        }
        let (w, h) = (f64::from(self.target.w), f64::from(self.target.h));
        let x = |x: i32| (f64::from(x) / w * 2.0 - 1.0) as f32;
        let y = |y: i32| (1.0 - f64::from(y) / h * 2.0) as f32;
        let at = self.place(fill, blend, picture, rects);
        let Some(batch) = self.batches.get_mut(at) else { return };
        batch.instances.extend(rects.iter().map(|rect| {
            let (right, bottom) = (rect.loc.x + rect.size.w, rect.loc.y + rect.size.h);
            Instance { edges: [x(rect.loc.x), y(rect.loc.y), x(right), y(bottom)], ..instance }
        }));
        rects.iter().for_each(|rect| batch.reach.add(*rect));
    }

    /// The batch that rectangles can join without coming before anything that they lie over; a new one if need be.
    fn place(
        &mut self,
        fill: Fill,
        blend: bool,
        picture: Option<&'a wgpu::BindGroup>,
        rects: &[Rectangle<i32, Physical>],
    ) -> usize {
        for (at, batch) in self.batches.iter().enumerate().rev() {
            if (batch.fill, batch.blend, batch.picture) == (fill, blend, picture) {
                return at;
            }
            if rects.iter().any(|rect| batch.reach.touches(*rect)) {
                break;
            }
        }
        let reach = Reach::new(self.target);
        self.batches.push(Batch { fill, blend, picture, instances: Vec::new(), reach });
        self.batches.len() - 1
    }

    /// Records the drawing; `instances` holds [`Self::bytes`].
    pub(super) fn record(&self, quads: &Quads, pass: &mut wgpu::RenderPass<'_>, instances: &wgpu::Buffer) {
        pass.set_vertex_buffer(0, instances.slice(..));
        let mut start = 0;
        for batch in &self.batches {
            pass.set_pipeline(quads.pipeline(batch.fill, batch.blend));
            if let Some(picture) = batch.picture {
                pass.set_bind_group(0, picture, &[]);
            }
            let end = start + batch.instances.len() as u32;
            pass.draw(0..4, start..end);
            start = end;
        }
    }
}

const ZERO: Instance = Instance { edges: [0.0; 4], numbers: [[0.0; 4]; 4], colour: [0.0; 4] };

/// Where rectangles lie, so that most questions whether one touches them cost a look at a few bits.
#[derive(Debug)]
struct Reach {
    /// A cell's extent, in pixels.
    cell: (i32, i32),
    /// A bit a cell.
    cells: [u64; 64],
    rects: Vec<Rectangle<i32, Physical>>,
}

impl Reach {
    fn new(target: Size<i32, Physical>) -> Self {
        let cell = ((target.w + 63) / 64, (target.h + 63) / 64);
        Self { cell: (cell.0.max(1), cell.1.max(1)), cells: [0; 64], rects: Vec::new() }
    }

    /// The rows and the bits in each that a rectangle within the target touches.
    fn bits(&self, rect: Rectangle<i32, Physical>) -> (std::ops::RangeInclusive<usize>, u64) {
        let index = |v: i32, cell: i32| (v / cell).clamp(0, 63) as usize;
        let (left, right) = (index(rect.loc.x, self.cell.0), index(rect.loc.x + rect.size.w - 1, self.cell.0));
        let (top, bottom) = (index(rect.loc.y, self.cell.1), index(rect.loc.y + rect.size.h - 1, self.cell.1));
        let bits = (u64::MAX << left) & (u64::MAX >> (63 - right));
        (top..=bottom, bits)
    }

    fn add(&mut self, rect: Rectangle<i32, Physical>) {
        let (rows, bits) = self.bits(rect);
        self.cells.iter_mut().take(rows.end() + 1).skip(*rows.start()).for_each(|row| *row |= bits);
        self.rects.push(rect);
    }

    fn touches(&self, rect: Rectangle<i32, Physical>) -> bool {
        let (rows, bits) = self.bits(rect);
        let near = self.cells.iter().take(rows.end() + 1).skip(*rows.start()).any(|row| row & bits != 0);
        near && self.rects.iter().any(|other| other.overlaps(rect))
    }
}

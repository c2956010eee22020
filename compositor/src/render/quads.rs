//! The pipelines that draw rectangles, and the list of rectangles of one frame.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use smithay::utils::{Physical, Rectangle, Size};

use super::mapping::Sampling;
use super::piece::{Content, Piece};

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
    Mask,
}

/// Everything that drawing rectangles needs and that does not change.
#[derive(Debug)]
pub(super) struct Quads {
    /// Replacing and blending, each in the order of `Fill`.
    pipelines: [[wgpu::RenderPipeline; 4]; 2],
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
            ["solid", "nearest", "linear", "mask"].map(|entry| {
                let layout = if entry == "solid" { &bare } else { &textured };
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
    const ATTRIBUTES: [wgpu::VertexAttribute; 5] =
        wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4, 2 => Float32x4, 3 => Float32x4, 4 => Float32x4];
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
    matrix: [f32; 4],
    origin: [f32; 4],
    limits: [f32; 4],
    colour: [f32; 4],
}

/// Rectangles that are drawn with one call.
#[derive(Debug)]
struct Batch<'a> {
    fill: Fill,
    blend: bool,
    picture: Option<&'a wgpu::BindGroup>,
    instances: Range<u32>,
}

/// The rectangles of one frame, in painting order.
#[derive(Debug)]
pub(super) struct QuadList<'a> {
    target: Size<i32, Physical>,
    instances: Vec<Instance>,
    batches: Vec<Batch<'a>>,
}

impl<'a> QuadList<'a> {
    pub(super) fn new(target: Size<i32, Physical>) -> Self {
        Self { target, instances: Vec::new(), batches: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    /// As the instance buffer holds them.
    pub(super) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.instances)
    }

    /// Fills rectangles with a colour that replaces what is there.
    pub(super) fn background(&mut self, rects: &[Rectangle<i32, Physical>], colour: [f32; 4]) {
        self.push(Fill::Solid, false, None, rects, Instance { colour, ..Instance::zeroed() });
    }

    /// Draws parts of a piece.
    pub(super) fn piece(&mut self, piece: &'a Piece, rects: &[Rectangle<i32, Physical>], blend: bool) {
        let at = piece.origin();
        let at = [at.x as f32, at.y as f32];
        match piece.content() {
            Content::Surface { texture, mapping, limits, .. } => {
                let (right, down) = (mapping.right, mapping.down);
                let instance = Instance {
                    edges: [0.0; 4],
                    matrix: [right[0], right[1], down[0], down[1]].map(|step| step as f32),
                    origin: [at[0], at[1], mapping.start[0] as f32, mapping.start[1] as f32],
                    limits: limits.map(|limit| limit as f32),
                    colour: [piece.opacity(), f32::from(u8::from(!texture.format().has_alpha())), 0.0, 0.0],
                };
                let fill = if mapping.sampling == Sampling::Linear { Fill::Linear } else { Fill::Nearest };
                self.push(fill, blend, Some(texture.bind_group()), rects, instance);
            }
            Content::Solid(colour) => {
                self.push(Fill::Solid, blend, None, rects, Instance { colour: *colour, ..Instance::zeroed() });
            }
            // Where a mask is whole, there is no need to look at it.
            Content::Mask(_, colour) if !blend => {
                self.push(Fill::Solid, false, None, rects, Instance { colour: *colour, ..Instance::zeroed() });
            }
            Content::Mask(mask, colour) => {
                let size = mask.size();
                let instance = Instance {
                    edges: [0.0; 4],
                    matrix: [1.0, 0.0, 0.0, 1.0],
                    origin: [at[0], at[1], 0.0, 0.0],
                    limits: [0.0, 0.0, size.w as f32 - 0.5, size.h as f32 - 0.5],
                    colour: *colour,
                };
                self.push(Fill::Mask, true, Some(mask.bind_group()), rects, instance);
            }
        }
    }

    fn push(
        &mut self,
        fill: Fill,
        blend: bool,
        picture: Option<&'a wgpu::BindGroup>,
        rects: &[Rectangle<i32, Physical>],
        instance: Instance,
    ) {
        let start = self.instances.len() as u32;
        let (w, h) = (f64::from(self.target.w), f64::from(self.target.h));
        let x = |x: i32| (f64::from(x) / w * 2.0 - 1.0) as f32;
        let y = |y: i32| (1.0 - f64::from(y) / h * 2.0) as f32;
        self.instances.extend(rects.iter().map(|rect| {
            let (right, bottom) = (rect.loc.x + rect.size.w, rect.loc.y + rect.size.h);
            Instance { edges: [x(rect.loc.x), y(rect.loc.y), x(right), y(bottom)], ..instance }
        }));
        let end = self.instances.len() as u32;
        if start == end {
            return;
        }
        if let Some(last) = self.batches.last_mut()
            && (last.fill, last.blend, last.picture) == (fill, blend, picture)
        {
            last.instances.end = end;
            return;
        }
        self.batches.push(Batch { fill, blend, picture, instances: start..end });
    }

    /// Records the drawing; `instances` holds [`Self::bytes`].
    pub(super) fn record(&self, quads: &Quads, pass: &mut wgpu::RenderPass<'_>, instances: &wgpu::Buffer) {
        pass.set_vertex_buffer(0, instances.slice(..));
        for batch in &self.batches {
            pass.set_pipeline(quads.pipeline(batch.fill, batch.blend));
            if let Some(picture) = batch.picture {
                pass.set_bind_group(0, picture, &[]);
            }
            pass.draw(0..4, batch.instances.clone());
        }
    }
}

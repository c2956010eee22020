// Rectangles of whole pixels, filled with a colour, a client's picture, or a colour through a mask.
//
// What a pixel gets depends on its own position only, not on which rectangle it is drawn with. That is what makes a frame
// that was drawn in damaged pieces equal, to the bit, to one that was drawn at once.

struct Instance {
    // Left, top, right, bottom in clip space.
    @location(0) edges: vec4<f32>,
    // Columns of the matrix that takes an offset in output pixels to one in texels.
    @location(1) matrix: vec4<f32>,
    // Output pixel where the offset is zero, and the texel there.
    @location(2) origin: vec4<f32>,
    // The first and last texel position that may be sampled.
    @location(3) limits: vec4<f32>,
    // The colour, premultiplied. For pictures: x is the opacity, y is 1 where the format has no alpha.
    @location(4) colour: vec4<f32>,
}

struct Pixel {
    @builtin(position) position: vec4<f32>,
    @location(0) @interpolate(flat) matrix: vec4<f32>,
    @location(1) @interpolate(flat) origin: vec4<f32>,
    @location(2) @interpolate(flat) limits: vec4<f32>,
    @location(3) @interpolate(flat) colour: vec4<f32>,
}

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var filtering: sampler;

@vertex
fn corner(@builtin(vertex_index) index: u32, instance: Instance) -> Pixel {
    // A strip of two triangles.
    let x = select(instance.edges.x, instance.edges.z, (index & 1u) == 1u);
    let y = select(instance.edges.y, instance.edges.w, (index & 2u) == 2u);
    var pixel: Pixel;
    pixel.position = vec4<f32>(x, y, 0.0, 1.0);
    pixel.matrix = instance.matrix;
    pixel.origin = instance.origin;
    pixel.limits = instance.limits;
    pixel.colour = instance.colour;
    return pixel;
}

fn texel_of(pixel: Pixel) -> vec2<f32> {
    let offset = pixel.position.xy - pixel.origin.xy;
    let texel = pixel.matrix.xy * offset.x + pixel.matrix.zw * offset.y + pixel.origin.zw;
    return clamp(texel, pixel.limits.xy, pixel.limits.zw);
}

fn seen(texel: vec4<f32>, colour: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(texel.rgb, max(texel.a, colour.y)) * colour.x;
}

@fragment
fn solid(pixel: Pixel) -> @location(0) vec4<f32> {
    return pixel.colour;
}

// For pictures shown texel by pixel, or enlarged a whole number of times.
@fragment
fn nearest(pixel: Pixel) -> @location(0) vec4<f32> {
    return seen(textureLoad(picture, vec2<i32>(floor(texel_of(pixel))), 0), pixel.colour);
}

// For pictures at any other scale.
@fragment
fn linear(pixel: Pixel) -> @location(0) vec4<f32> {
    let size = vec2<f32>(textureDimensions(picture));
    return seen(textureSampleLevel(picture, filtering, texel_of(pixel) / size, 0.0), pixel.colour);
}

// For shapes and letters, whose coverage is in the red channel.
@fragment
fn mask(pixel: Pixel) -> @location(0) vec4<f32> {
    return pixel.colour * textureLoad(picture, vec2<i32>(floor(texel_of(pixel))), 0).r;
}

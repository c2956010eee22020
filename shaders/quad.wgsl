// Rectangles of whole pixels, filled with a colour, a picture, or a colour within a shape or through letters.
//
// What a pixel gets depends on its own position only, not on which rectangle it is drawn with. That is what makes a frame
// that was drawn in damaged parts equal, to the bit, to one that was drawn at once.

struct Instance {
    // Left, top, right, bottom in clip space.
    @location(0) edges: vec4<f32>,
    // Pictures and letters: columns of the matrix that takes an offset in output pixels to one in texels.
    // Blocks: left, top, right, bottom. Strokes: both ends.
    @location(1) a: vec4<f32>,
    // Pictures and letters: output pixel where the offset is zero, and the texel there.
    // Blocks: corner radii: top left, top right, bottom right, bottom left. Strokes: x is half the width.
    @location(2) b: vec4<f32>,
    // Pictures and letters: the first and last texel position that may be sampled.
    // Blocks: left, top, right, bottom of what is cut out.
    @location(3) c: vec4<f32>,
    // Blocks: corner radii of what is cut out.
    @location(4) d: vec4<f32>,
    // The colour, premultiplied. For pictures: x is the opacity, y is 1 where the format has no alpha.
    @location(5) colour: vec4<f32>,
}

struct Pixel {
    @builtin(position) position: vec4<f32>,
    @location(0) @interpolate(flat) a: vec4<f32>,
    @location(1) @interpolate(flat) b: vec4<f32>,
    @location(2) @interpolate(flat) c: vec4<f32>,
    @location(3) @interpolate(flat) d: vec4<f32>,
    @location(4) @interpolate(flat) colour: vec4<f32>,
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
    pixel.a = instance.a;
    pixel.b = instance.b;
    pixel.c = instance.c;
    pixel.d = instance.d;
    pixel.colour = instance.colour;
    return pixel;
}

fn texel_of(pixel: Pixel) -> vec2<f32> {
    let offset = pixel.position.xy - pixel.b.xy;
    let texel = pixel.a.xy * offset.x + pixel.a.zw * offset.y + pixel.b.zw;
    return clamp(texel, pixel.c.xy, pixel.c.zw);
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

// For whole pictures at any other scale, upright: positions are parts of the picture. Most of a zoom is drawn with this, so
// it does no more than it must.
@fragment
fn stretched(pixel: Pixel) -> @location(0) vec4<f32> {
    let at = (pixel.position.xy - pixel.b.xy) * pixel.a.xy + pixel.b.zw;
    return seen(textureSampleLevel(picture, filtering, at, 0.0), pixel.colour);
}

// For pictures at any other scale.
@fragment
fn linear(pixel: Pixel) -> @location(0) vec4<f32> {
    let size = vec2<f32>(textureDimensions(picture));
    return seen(textureSampleLevel(picture, filtering, texel_of(pixel) / size, 0.0), pixel.colour);
}

// For pictures at half their size: each pixel is the mean of four texels. At an odd end the last one counts twice.
@fragment
fn halved(pixel: Pixel) -> @location(0) vec4<f32> {
    let last = vec2<i32>(pixel.c.zw);
    let at = vec2<i32>(floor(pixel.position.xy)) * 2;
    let next = min(at + 1, last);
    let above = textureLoad(picture, at, 0) + textureLoad(picture, vec2<i32>(next.x, at.y), 0);
    let below = textureLoad(picture, vec2<i32>(at.x, next.y), 0) + textureLoad(picture, next, 0);
    return seen((above + below) * 0.25, pixel.colour);
}

// For letters, whose coverage is in the red channel.
@fragment
fn letters(pixel: Pixel) -> @location(0) vec4<f32> {
    return pixel.colour * textureLoad(picture, vec2<i32>(floor(texel_of(pixel))), 0).r;
}

@fragment
fn letters_scaled(pixel: Pixel) -> @location(0) vec4<f32> {
    let size = vec2<f32>(textureDimensions(picture));
    return pixel.colour * textureSampleLevel(picture, filtering, texel_of(pixel) / size, 0.0).r;
}

// How much of the pixel around a place a rounded block covers. Along straight edges that is exact; at a corner it is what
// the distance to the circle says.
fn covered(box: vec4<f32>, radii: vec4<f32>, at: vec2<f32>) -> f32 {
    let straight = clamp(min(box.zw, at + 0.5) - max(box.xy, at - 0.5), vec2<f32>(0.0), vec2<f32>(1.0));
    // How far inside of each corner's two edges the place lies, short of the corner's circle.
    let x = radii - (vec4<f32>(at.x, -at.x, -at.x, at.x) + vec4<f32>(-box.x, box.z, box.z, -box.x));
    let y = radii - (vec4<f32>(at.y, at.y, -at.y, -at.y) + vec4<f32>(-box.y, -box.y, box.w, box.w));
    let inside = radii - sqrt(x * x + y * y);
    let round = select(vec4<f32>(1.0), inside, (x > vec4<f32>(0.0)) & (y > vec4<f32>(0.0)));
    let least = min(min(round.x, round.y), min(round.z, round.w));
    return min(straight.x * straight.y, clamp(0.5 + least, 0.0, 1.0));
}

// For rounded blocks, less what is cut out of them.
@fragment
fn block(pixel: Pixel) -> @location(0) vec4<f32> {
    let at = pixel.position.xy;
    return pixel.colour * (covered(pixel.a, pixel.b, at) * (1.0 - covered(pixel.c, pixel.d, at)));
}

// For strokes with round ends. One that is thinner than a pixel is fainter, not thinner.
@fragment
fn stroke(pixel: Pixel) -> @location(0) vec4<f32> {
    let along = pixel.a.zw - pixel.a.xy;
    let at = pixel.position.xy - pixel.a.xy;
    let share = clamp(dot(at, along) / max(dot(along, along), 1.0e-9), 0.0, 1.0);
    let half_width = pixel.b.x;
    let edge = clamp(max(half_width, 0.5) + 0.5 - distance(at, along * share), 0.0, 1.0);
    return pixel.colour * (edge * min(2.0 * half_width, 1.0));
}

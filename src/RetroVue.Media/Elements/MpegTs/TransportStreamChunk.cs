using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>A stretch of a transport stream: whole packets that went out together.</summary>
/// <param name="Buffer">
/// The packets; <see cref="MediaBuffer.Pts"/> is the output time at which the stretch began to go out and
/// <see cref="MediaBuffer.Duration"/> how long it took. Who is handed the chunk owns the buffer's reference.
/// </param>
/// <param name="Cut">The cut that the stretch begins with, or null; with a whole one the buffer has <see cref="BufferFlags.KeyFrame"/>.</param>
public readonly record struct TransportStreamChunk(MediaBuffer Buffer, TransportStreamCut? Cut);

using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>A part of a transport stream: whole packets that were sent together.</summary>
/// <param name="Buffer">
/// The packets. <see cref="MediaBuffer.Pts"/> is the output time of the first one, <see cref="MediaBuffer.Duration"/> the time in which
/// they were sent. The receiver of the chunk owns the buffer's reference.
/// </param>
/// <param name="Cut">The cut at the beginning of the chunk, or null. If it is a whole one, the buffer has
/// <see cref="BufferFlags.KeyFrame"/>.</param>
public readonly record struct TransportStreamChunk(MediaBuffer Buffer, TransportStreamCut? Cut);

using RetroVue.Media.Formats;

namespace RetroVue.Media.Pipelines;

/// <summary>Announces the format of the buffers that follow. It comes before the first buffer of each link.</summary>
/// <param name="Format">The format.</param>
public sealed record FormatChanged(MediaFormat Format) : MediaEvent;

using RetroVue.Media.Formats;

namespace RetroVue.Media.Pipelines;

/// <summary>The buffers that follow are of this format. Comes before the first buffer of every link.</summary>
/// <param name="Format">The format.</param>
public sealed record FormatChanged(MediaFormat Format) : MediaEvent;

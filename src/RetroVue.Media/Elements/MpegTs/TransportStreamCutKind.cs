namespace RetroVue.Media.Elements.MpegTs;

/// <summary>What begins at a <see cref="TransportStreamCut"/>.</summary>
public enum TransportStreamCutKind
{
    /// <summary>A key frame, or sound in a stream of sound alone: viewers join here.</summary>
    Whole,

    /// <summary>Sound where the pictures have stopped: a segment can begin here, but who joins has no picture until the next key frame.</summary>
    SoundAlone,

    /// <summary>
    /// No place to begin at, and without tables: pictures go on that need those before the last <see cref="SoundAlone"/>, which therefore
    /// was none either.
    /// </summary>
    Dependent,
}

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>The kind of a <see cref="TransportStreamCut"/>.</summary>
public enum TransportStreamCutKind
{
    /// <summary>A key frame, or sound in a stream without pictures: viewers join here.</summary>
    Whole,

    /// <summary>
    /// Sound after the pictures have stopped: a segment can begin here, but a viewer who joins has no picture until the next key frame.
    /// </summary>
    SoundAlone,

    /// <summary>
    /// Not a place to begin, and without tables: pictures continue that need those before the last <see cref="SoundAlone"/>, so that was
    /// not a place to begin either.
    /// </summary>
    Dependent,
}

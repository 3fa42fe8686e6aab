namespace RetroVue.Media.Pipelines;

/// <summary>What is special about a buffer.</summary>
[Flags]
public enum BufferFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Can be decoded without what came before.</summary>
    KeyFrame = 1,

    /// <summary>Does not follow on what came before: something was lost, skipped or switched.</summary>
    Discontinuity = 2,

    /// <summary>Known to be damaged.</summary>
    Corrupt = 4,

    /// <summary>The PTS was estimated because the source gave none, or gave one on another clock.</summary>
    EstimatedTime = 8,

    /// <summary>Needed for decoding what follows but not to be shown itself.</summary>
    DecodeOnly = 16,
}

namespace RetroVue.Media.Pipelines;

/// <summary>Special properties of a buffer.</summary>
[Flags]
public enum BufferFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Can be decoded without earlier buffers.</summary>
    KeyFrame = 1,

    /// <summary>Does not continue the buffers before: media was lost, skipped or switched.</summary>
    Discontinuity = 2,

    /// <summary>Known to be damaged.</summary>
    Corrupt = 4,

    /// <summary>The PTS was estimated, because the source gave none, or one of another clock.</summary>
    EstimatedTime = 8,

    /// <summary>Needed to decode later buffers, but not to be shown itself.</summary>
    DecodeOnly = 16,
}

namespace RetroVue.Runtime.Output;

/// <summary>Why an airing has ended.</summary>
public enum AiringEnd
{
    /// <summary>The airing has not ended.</summary>
    None,

    /// <summary>The producer has gone on to the next item.</summary>
    Followed,

    /// <summary>The file failed, stalled or ended before its time.</summary>
    Failed,

    /// <summary>Another producer has taken the channel over.</summary>
    Displaced,

    /// <summary>The channel has gone off the air.</summary>
    OffAir,
}

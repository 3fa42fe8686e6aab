namespace RetroVue.Runtime.Output;

/// <summary>Why an airing has ended.</summary>
public enum AiringEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>Its producer has gone on to what follows.</summary>
    Followed,

    /// <summary>Its file failed, stalled or was over before its time.</summary>
    Failed,

    /// <summary>Another producer has taken the channel over.</summary>
    Displaced,

    /// <summary>The channel has gone off the air.</summary>
    OffAir,
}

namespace RetroVue.Runtime.Schedules;

/// <summary>How a channel's items get on the air.</summary>
public enum ProfileMode
{
    /// <summary>As they are encoded in their files, which must all be of one kind.</summary>
    Copy,

    /// <summary>Decoded, scaled to one size and rate, and encoded again.</summary>
    Transcode,
}

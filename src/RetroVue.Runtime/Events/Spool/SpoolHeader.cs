namespace RetroVue.Runtime.Events.Spool;

/// <summary>What a file begins with.</summary>
internal enum SpoolHeader
{
    /// <summary>A header of this version.</summary>
    Good,

    /// <summary>Less than a header, or zeros: the file was just made when the power failed.</summary>
    Torn,

    /// <summary>Something else.</summary>
    Strange,

    /// <summary>A header of another version.</summary>
    OtherVersion,
}

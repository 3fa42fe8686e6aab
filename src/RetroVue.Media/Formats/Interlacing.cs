namespace RetroVue.Media.Formats;

/// <summary>Whether a picture consists of fields, and their order.</summary>
public enum Interlacing
{
    /// <summary>Whole pictures.</summary>
    Progressive,

    /// <summary>Two fields, the top one first in time.</summary>
    TopFieldFirst,

    /// <summary>Two fields, the bottom one first in time.</summary>
    BottomFieldFirst,
}

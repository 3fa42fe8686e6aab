namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>The weight of letters.</summary>
internal enum LetterWeight
{
    /// <summary>The weight of running text.</summary>
    Regular,

    /// <summary>Heavier, for a name and a clock.</summary>
    Bold,
}

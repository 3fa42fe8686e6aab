namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>How thick letters are.</summary>
internal enum LetterWeight
{
    /// <summary>As in running text.</summary>
    Regular,

    /// <summary>Thick, for a name and a clock.</summary>
    Bold,
}

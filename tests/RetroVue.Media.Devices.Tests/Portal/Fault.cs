namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>What is wrong with a <see cref="StandInPortal"/>.</summary>
public enum Fault
{
    None,

    /// <summary>There is no interface for screens.</summary>
    NoScreens,

    /// <summary>Its properties have no version.</summary>
    NoVersion,

    /// <summary>It tells what can be shared by a text.</summary>
    KindsAsText,

    /// <summary>It answers on another path than agreed on.</summary>
    OtherPath,

    /// <summary>Its answers come before the replies to the calls: not a fault of its own, but a trap.</summary>
    AnswersFirst,

    /// <summary>Somebody else on the bus answers in its place, and says no.</summary>
    StrangerAnswers,

    /// <summary>The session has no handle.</summary>
    NoSessionHandle,

    /// <summary>The session's handle is a number.</summary>
    SessionHandleAsNumber,

    /// <summary>Nothing was shared, it says, though the user agreed.</summary>
    NoStreams,

    /// <summary>The list of streams is empty.</summary>
    EmptyStreams,

    /// <summary>The list of streams is a text.</summary>
    StreamsAsText,

    /// <summary>An answer has neither a code nor values.</summary>
    EmptyAnswer,

    /// <summary>PipeWire's connection is a number.</summary>
    RemoteAsNumber,

    /// <summary>PipeWire's connection leads nowhere.</summary>
    RemoteIsDead,

    /// <summary>It ends without a word when it is called to start.</summary>
    DiesWhenCalled,

    /// <summary>It ends while the user is asked.</summary>
    DiesWhileAsking,

    /// <summary>It takes calls and never replies.</summary>
    Deaf,

    /// <summary>The user never answers.</summary>
    NobodyAnswers,
}

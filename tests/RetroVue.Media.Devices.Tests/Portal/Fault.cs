namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>The fault of a <see cref="StandInPortal"/>.</summary>
public enum Fault
{
    None,

    /// <summary>The portal has no interface for screens.</summary>
    NoScreens,

    /// <summary>The properties have no version.</summary>
    NoVersion,

    /// <summary>The kinds that can be shared are given as a text.</summary>
    KindsAsText,

    /// <summary>The portal answers on another path than agreed on.</summary>
    OtherPath,

    /// <summary>The answers come before the replies to the calls. This is allowed, but a client may not expect it.</summary>
    AnswersFirst,

    /// <summary>Another program on the bus answers in the portal's place, and refuses.</summary>
    StrangerAnswers,

    /// <summary>The session has no handle.</summary>
    NoSessionHandle,

    /// <summary>The session's handle is a number.</summary>
    SessionHandleAsNumber,

    /// <summary>The answer has no streams, although the user agreed.</summary>
    NoStreams,

    /// <summary>The list of streams is empty.</summary>
    EmptyStreams,

    /// <summary>The list of streams is a text.</summary>
    StreamsAsText,

    /// <summary>An answer has neither a code nor values.</summary>
    EmptyAnswer,

    /// <summary>PipeWire's connection is a number.</summary>
    RemoteAsNumber,

    /// <summary>The descriptor of PipeWire's connection is not connected to a daemon.</summary>
    RemoteIsDead,

    /// <summary>The portal ends without a reply when it is called to start.</summary>
    DiesWhenCalled,

    /// <summary>The portal ends while the user is asked.</summary>
    DiesWhileAsking,

    /// <summary>The portal takes calls and never replies.</summary>
    Deaf,

    /// <summary>The user never answers.</summary>
    NobodyAnswers,
}

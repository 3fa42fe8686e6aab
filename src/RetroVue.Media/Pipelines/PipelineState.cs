namespace RetroVue.Media.Pipelines;

/// <summary>Where a pipeline is in its life.</summary>
public enum PipelineState
{
    /// <summary>Being put together; nothing is open.</summary>
    Created,

    /// <summary>Everything is open; no clock runs.</summary>
    Prepared,

    /// <summary>The clock runs and media flows.</summary>
    Running,

    /// <summary>Stopped, by itself at the end of its streams or on request. Cannot be started again.</summary>
    Stopped,

    /// <summary>Stopped because an element failed.</summary>
    Failed,
}

namespace RetroVue.Media.Pipelines;

/// <summary>The state of a pipeline.</summary>
public enum PipelineState
{
    /// <summary>Being built; nothing is open.</summary>
    Created,

    /// <summary>All elements are open; no clock runs.</summary>
    Prepared,

    /// <summary>The clock runs and media flows.</summary>
    Running,

    /// <summary>Stopped, by itself at the end of its streams or on request. Cannot be started again.</summary>
    Stopped,

    /// <summary>Stopped because an element failed.</summary>
    Failed,
}

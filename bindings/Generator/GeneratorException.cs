namespace RetroVue.Bindings.Generator;

/// <summary>Input or headers that the generator cannot turn into bindings; the message is for the person who runs it.</summary>
internal sealed class GeneratorException(string message) : Exception(message);

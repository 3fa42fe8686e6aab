using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetroVue.Samples;

/// <summary>The console's output on a terminal: lines that are written while progress bars are shown, such as those of the log, stand above them.</summary>
internal sealed class LinesAboveBars : TextWriter
{
    private readonly IAnsiConsole _terminal = AnsiConsole.Console;
    private readonly StringBuilder _line = new();

    private LinesAboveBars()
    {
    }

    /// <summary>True if the console's output is a terminal. Spectre itself tells that only of the output that it knows.</summary>
    public static bool IsTerminal { get; } = AnsiConsole.Profile.Out.IsTerminal;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Takes over the console's output if it is a terminal.</summary>
    public static void Install()
    {
        if (IsTerminal)
        {
            Console.SetOut(new LinesAboveBars());
        }
    }

    public override void Write(char value)
    {
        lock (_line)
        {
            _line.Append(value);
            if (value == '\n')
            {
                _terminal.Write(new ControlCode(_line.ToString()));
                _line.Clear();
            }
        }
    }

    public override void Write(string? value)
    {
        lock (_line)
        {
            foreach (char letter in value ?? "")
            {
                Write(letter);
            }
        }
    }
}

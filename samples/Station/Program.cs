using System.CommandLine;
using System.Runtime.InteropServices;
using RetroVue.Samples;

var media = new Option<DirectoryInfo?>("--media") { Description = "Air the files of this folder as one channel; its folder 'filler' fills gaps.", HelpName = "DIR" };
var schedule = new Option<FileInfo?>("--schedule") { Description = "Air the channels of this schedule; docs/schedule.md describes it.", HelpName = "FILE" };
var port = new Option<int>("--port") { Description = "The port to listen on; 0 takes a free one.", HelpName = "N", DefaultValueFactory = _ => 8080 };
var host = new Option<string>("--host")
{
    Description = "The address to listen on: an IP address, or 'any' for all addresses of this machine.",
    HelpName = "ADDRESS",
    DefaultValueFactory = _ => "127.0.0.1",
};
var data = new Option<DirectoryInfo>("--data")
{
    Description = "The folder for the demo media and the database.",
    HelpName = "DIR",
    DefaultValueFactory = _ => new DirectoryInfo(StationSettings.DefaultData),
    Recursive = true,
};
var database = new Option<string?>("--database")
{
    Description = "The database: a SQLite file, or postgresql://user:password@host/name. Without it, station.db in the data folder.",
    HelpName = "URL",
    Recursive = true,
};
var command = new RootCommand("A television station: channels that air files by a schedule, watched in the browser, VLC, mpv or an IPTV client.")
{
    media, schedule, port, host, data, database,
};
command.Validators.Add(result =>
{
    if (result.GetValue(media) is not null && result.GetValue(schedule) is not null)
    {
        result.AddError("Give either --media or --schedule.");
    }

    if (result.GetValue(port) is < 0 or > 65535)
    {
        result.AddError("--port must be a number from 0 to 65535.");
    }
});

// One token for everything that may be running when the station is stopped, from making media to serving viewers.
using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
command.SetAction((result, _) => StationProgram.RunAsync(
    new StationSettings(
        result.GetValue(media)?.FullName,
        result.GetValue(schedule)?.FullName,
        result.GetValue(host)!,
        result.GetValue(port),
        result.GetValue(data)!.FullName,
        Database(result)),
    stop.Token));
command.Subcommands.Add(DatabaseCommand.Create(Database, stop.Token));
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

string Database(ParseResult result) => result.GetValue(database) ?? Path.Combine(result.GetValue(data)!.FullName, "station.db");

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using RetroVue.Runtime.AspNetCore;

// `dotnet run` starts the app in the folder of its project. A published app has its files beside it, wherever it is started from.
string home = File.Exists("appsettings.json") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory;
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = home });
string schedule = builder.Configuration["Station:Schedule"] ?? "schedule.json";
builder.Services.AddRetroVue(station => station.ScheduleFile = Path.Combine(builder.Environment.ContentRootPath, schedule));

var app = builder.Build();

// Maps the page, the channels' streams, the list of channels, and the state of the station.
app.MapRetroVue();

app.Run();

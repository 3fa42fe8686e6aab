using RetroVue.Runtime.AspNetCore;

// The settings and the schedule stand beside the app, wherever the app is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
string schedule = builder.Configuration["Station:Schedule"] ?? "schedule.json";
builder.Services.AddRetroVue(station => station.ScheduleFile = Path.Combine(builder.Environment.ContentRootPath, schedule));

var app = builder.Build();

// The page, the channels' streams and their list, the state of the station.
app.MapRetroVue();

app.Run();

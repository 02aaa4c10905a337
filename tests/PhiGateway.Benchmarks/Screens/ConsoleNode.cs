using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Composition;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Benchmarks.Audit;
using PhiGateway.Console.Composition;
using PhiGateway.Console.Configuration;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Storage;

namespace PhiGateway.Benchmarks.Screens;

/// <summary>The control plane with its console on Kestrel over both databases, with a journal on the disk that each look is written to.</summary>
internal sealed class ConsoleNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FileJournal _journal;

    private ConsoleNode(WebApplication app, FileJournal journal) => (_app, _journal) = (app, journal);

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<ConsoleNode> StartAsync(RegistryStorage registry, AuditStorage audit, string folder, TimeProvider clock)
    {
        var journal = await FileJournal.OpenAsync(new JournalOptions { Directory = folder, LogName = "screens" }, clock);
        var snapshot = new RegistrySnapshotBuilder().Rebuild(await registry.Source.LoadAllAsync(CancellationToken.None));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder
            .Services.AddSingleton(clock)
            .AddSingleton(registry.Store)
            .AddSingleton(registry.Source)
            .AddSingleton(registry.RegistrationRequests)
            .AddSingleton(audit.Store)
            .AddSingleton(audit.Reports)
            .AddSingleton(audit.Keeping)
            .AddSingleton<IAuditJournal>(journal)
            .AddSingleton<ISnapshotSource>(new OneSnapshot(snapshot))
            .AddSingleton<IPatientPseudonym>(new SamplePseudonym())
            .AddPhiGatewayAdmin(new AdminOptions())
            .AddPhiGatewayConsole(
                new ConsoleOptions
                {
                    PublicBase = new Uri("http://" + ConsoleBrowser.Host),
                    Idle = TimeSpan.FromDays(1),
                    Longest = TimeSpan.FromDays(1),
                    Demo = [new DemoPerson("all", "all@hospital.example", "All", "benchmark", AdminRoles.All)],
                }
            );
        var app = builder.Build();
        app.UsePhiGatewayConsole();
        await app.StartAsync();
        return new ConsoleNode(app, journal);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _journal.DisposeAsync();
    }

    private sealed class OneSnapshot(RegistrySnapshot snapshot) : ISnapshotSource
    {
        public RegistrySnapshot Current => snapshot;
    }

    // Patients of the sample are called by their numbers.
    private sealed class SamplePseudonym : IPatientPseudonym
    {
        public string Of(string tenant, string patientId) => TrailSample.KeyOf(int.Parse(patientId));

        public string OfWithheld(string tenant, string patientId) => "withheld-" + patientId;
    }
}

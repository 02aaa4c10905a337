using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Console.Composition;
using PhiGateway.Console.Configuration;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Tests.Common.Admin;

namespace PhiGateway.Tests.Console;

/// <summary>The console on the control plane's listener, with one person for each role who is chosen as in the demonstration.</summary>
internal sealed class ConsoleServer : IAsyncDisposable
{
    public const string Host = "console.hospital.example";

    private ConsoleServer(AdminServer admin) => Admin = admin;

    public AdminServer Admin { get; }

    public static async Task<ConsoleServer> StartAsync(
        bool isDemo = true,
        StepUpOptions? stepUp = null,
        Action<IServiceCollection>? more = null,
        TimeSpan? patience = null,
        Action<AdminOptions>? options = null
    )
    {
        var console = new ConsoleOptions
        {
            PublicBase = new Uri("http://" + Host),
            Patience = patience ?? TimeSpan.FromMinutes(5),
            StepUp = stepUp,
            Demo = isDemo ? [.. AdminRoles.Given.Select(Person), Both("all", AdminRoles.Given), Both("second", AdminRoles.Given)] : null,
        };
        var admin = await AdminServer.StartAsync(
            configure: admin =>
            {
                admin.Names = new NodeNames(new HashSet<string> { "north" }, new HashSet<string>(), new HashSet<string>());
                options?.Invoke(admin);
            },
            services: services =>
            {
                services.AddPhiGatewayConsole(console);
                more?.Invoke(services);
            },
            before: static app => app.UsePhiGatewayConsole()
        );
        return new ConsoleServer(admin);
    }

    /// <summary>A browser that nobody is signed in at.</summary>
    public ConsoleBrowser Browser() => new(Admin.Address);

    /// <summary>A browser at which a person is signed in.</summary>
    public async Task<ConsoleBrowser> SignInAsync(string person)
    {
        var browser = Browser();
        await browser.SignInAsync(person);
        return browser;
    }

    public ValueTask DisposeAsync() => Admin.DisposeAsync();

    private static DemoPerson Person(string role) => new(role, role + "@hospital.example", role, "tests", [role]);

    private static DemoPerson Both(string id, IReadOnlyList<string> roles) => new(id, id + "@hospital.example", id, "tests", roles);
}

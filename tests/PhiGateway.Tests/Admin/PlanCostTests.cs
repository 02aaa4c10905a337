using System.Diagnostics;
using System.Globalization;
using System.Text;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>To plan a file twice as large costs a viewer's node twice as much, in whatever way it was made large.</summary>
[Trait("Size", "Large")]
public sealed class PlanCostTests
{
    // Two and a half times for each of two doublings: what grows in proportion takes four times as long, what compares each with each sixteen.
    private const double MostOfTwo = 2.5 * 2.5;

    [Theory]
    [InlineData("clients")]
    [InlineData("organizations")]
    [InlineData("credentials")]
    [InlineData("use cases")]
    public async Task Plan_LargerFile_CostsInProportion(string shape)
    {
        await using var server = await AdminServer.StartAsync();
        var (small, large) = (Make(shape, 300), Make(shape, 1200));
        await TimeOfAsync(server, small);

        // Whatever else the machine does only adds to the least of several times.
        var (smallTime, largeTime) = (long.MaxValue, long.MaxValue);
        for (var i = 0; i < 30 && (i < 2 || largeTime > MostOfTwo * smallTime); i++)
        {
            smallTime = Math.Min(smallTime, await TimeOfAsync(server, small));
            largeTime = Math.Min(largeTime, await TimeOfAsync(server, large));
        }

        Assert.True(largeTime <= MostOfTwo * smallTime, $"{shape}: {smallTime} ticks, then {largeTime}");
    }

    private static async Task<long> TimeOfAsync(AdminServer server, string file)
    {
        var started = Stopwatch.GetTimestamp();
        var plan = await server.SendAsync("vera", "POST", "/admin/v1/config:plan", file, ("Content-Type", "application/yaml"));
        Assert.True(plan.Status == 200, plan.Text);
        return Stopwatch.GetTimestamp() - started;
    }

    internal static string Make(string shape, int size) =>
        shape switch
        {
            "clients" => ConfigTests.File.Replace(
                "clients:\n",
                "clients:\n"
                    + Lines(
                        size,
                        "  - {{ id: more-{0}, useCase: lab-results-to-chart, kind: service, owner: mary.smith@hospital.example }}"
                    ),
                StringComparison.Ordinal
            ),
            "organizations" => ConfigTests.File.Replace(
                "organizations:\n",
                "organizations:\n"
                    + Lines(size, "  - {{ id: more-{0}, kind: vendor, name: More, contacts: {{ security: soc@more.example }} }}"),
                StringComparison.Ordinal
            ),
            "credentials" => ConfigTests.File.Replace(
                "    credentials:\n",
                "    credentials:\n"
                    + Lines(size, "      - {{ kind: oidc-client, issuer: hospital-idp, clientId: more-{0}, rotateBy: 2026-06-30 }}"),
                StringComparison.Ordinal
            ),
            "use cases" => ConfigTests.File.Replace(
                "useCases:\n",
                "useCases:\n"
                    + Lines(
                        size,
                        "  - {{ id: more-{0}, title: More, owner: mary.smith@hospital.example, agreement: baa-2026-017, purposes: [TREAT], "
                            + "environment: production, tenants: [north], expires: 2026-12-31, grants: [{{ types: [Patient], "
                            + "interactions: [read], patients: {{ roster: acme-orders }} }}] }}"
                    ),
                StringComparison.Ordinal
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };

    private static string Lines(int size, string line)
    {
        var format = CompositeFormat.Parse(line);
        var text = new StringBuilder();
        for (var i = 0; i < size; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{string.Format(CultureInfo.InvariantCulture, format, i)}\n");
        }

        return text.ToString();
    }
}

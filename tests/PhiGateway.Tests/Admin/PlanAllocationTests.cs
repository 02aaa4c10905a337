using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Editing;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// To plan a file twice as large takes at most two and a half times the memory that passes through the planning thread: counted, not timed,
/// so that no other work on the machine changes the result. What compares without allocating is held by <see cref="PlanCostTests"/>.
/// </summary>
[Trait("Size", "Large")]
public sealed class PlanAllocationTests
{
    private const double MostOfDouble = 2.5;

    [Theory]
    [InlineData("clients")]
    [InlineData("organizations")]
    [InlineData("credentials")]
    [InlineData("use cases")]
    public async Task Plan_FileOfTwiceTheSize_AllocatesAtMostTwoAndAHalfTimes(string shape)
    {
        await using var server = await AdminServer.StartAsync();
        var commands = server.Services.GetRequiredService<ConfigCommands>();
        Plan(commands, PlanCostTests.Make(shape, 10));
        var once = Plan(commands, PlanCostTests.Make(shape, 400));
        var twice = Plan(commands, PlanCostTests.Make(shape, 800));

        Assert.True(twice > once);
        Assert.True(twice <= MostOfDouble * once, $"{shape}: {once} bytes, then {twice}");
    }

    // Against a registry that is as large as the file: what looks each document up among all others is seen here.
    [Theory]
    [InlineData("clients")]
    [InlineData("credentials")]
    [InlineData("use cases")]
    public async Task Plan_OverARegistryOfTwiceTheSize_AllocatesAtMostTwoAndAHalfTimes(string shape)
    {
        var bytes = new List<long>();
        foreach (var size in (int[])[10, 200, 400])
        {
            await using var server = await AdminServer.StartAsync();
            var file = PlanCostTests.Make(shape, size);
            var plan = await server.SendAsync("vera", "POST", "/admin/v1/config:plan", file, ("Content-Type", "application/yaml"));
            (string, string)[] headers = [("Content-Type", "application/yaml"), ("If-Match", plan.ETag!)];
            var applied = await server.SendAsync("olga", "POST", "/admin/v1/config:apply", file, headers);
            Assert.True(applied.Status == 200, applied.Text);
            var changed = file.Replace("mary.smith@hospital.example", "new.owner@hospital.example", StringComparison.Ordinal);
            bytes.Add(Plan(server.Services.GetRequiredService<ConfigCommands>(), changed));
        }

        Assert.True(bytes[2] <= MostOfDouble * bytes[1], $"{shape}: {bytes[1]} bytes, then {bytes[2]}");
    }

    // Everything between the bytes that came and the report that goes, on this thread alone: the store is in memory and never waits.
    private static long Plan(ConfigCommands commands, string file)
    {
        var utf8 = Encoding.UTF8.GetBytes(file);
        var call = new AdminCall(new AdminCaller("vera", "key:vera", [AdminRoles.Viewer]), Guid.NewGuid(), CancellationToken.None);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(RegistryFile.Read(utf8, yaml: true).Failed(out _, out var read));
        var planning = commands.PlanAsync(call, read!, prune: false);
        Assert.True(planning.IsCompletedSuccessfully);
        Assert.False(planning.Result.Failed(out var problem, out var change), problem?.Errors?[0].ToString() ?? problem?.Detail);
        Assert.NotEmpty(DryRunReport.Of(change!.Edit).Changes);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

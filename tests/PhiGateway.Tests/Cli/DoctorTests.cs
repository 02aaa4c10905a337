using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>The doctor calls no file good that the gateway refuses to read, and what it says is whole where nobody looks at a terminal.</summary>
public sealed class DoctorTests
{
    [Theory]
    [InlineData("""{"PhiGateway":{},"PhiGateway":{}}""", false, "not JSON that can be read in one way")]
    [InlineData("{\n  \"PhiGateway\": {,}\n}", false, "line 2: not JSON that can be read in one way")]
    [InlineData("""{"PhiGatway":{}}""", false, "there is no section PhiGateway")]
    [InlineData("""{"PhiGateway":{}}""", true, "JSON with a section PhiGateway; what it says is judged by 'phi-gateway validate'")]
    public async Task Config_AsTheGatewayWouldReadIt_IsJudged(string text, bool isGood, string words)
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);

        var said = await phigw.RunAsync("vera", "", "doctor", "--config", phigw.Write("appsettings.json", text));

        var line = said.Output.Split('\n').Single(static line => line.StartsWith("config ", StringComparison.Ordinal));
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Equal(isGood, line.Contains("true", StringComparison.Ordinal));
        Assert.True(isGood || said.Code == 1, said.All);
    }
}

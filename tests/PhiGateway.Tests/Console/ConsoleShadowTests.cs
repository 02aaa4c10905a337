using System.Net;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A candidate is started, looked at and ended from the policy lab; what was typed wrong is kept, and nothing is changed by any of it.</summary>
public sealed class ConsoleShadowTests
{
    private const string Path = "/console/lab/shadows";

    [Fact]
    public async Task Shadow_FromTheUseCaseAsItIs_IsStartedShownAndEnded()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("operator");
        var draft = WebUtility.HtmlDecode((await browser.GetAsync(Path + "?use_case=lab-results")).Text);
        Assert.Contains("useCases:", draft, StringComparison.Ordinal);
        var writes = server.Admin.Store.Writes;

        var started = await browser.SubmitAsync(Path, Path, Form(server));
        Assert.True(started.Status == 303, started.Text);
        var shown = await browser.GetAsync(started.Headers["Location"]);
        Assert.Equal(200, shown.Status);
        Assert.Contains("Nothing was counted yet", shown.Text, StringComparison.Ordinal);
        Assert.Contains("that you looked at what this shadow has come to", shown.Text, StringComparison.Ordinal);
        Assert.Contains("lab-results", (await browser.GetAsync(Path)).Text, StringComparison.Ordinal);

        var ended = await browser.SubmitAsync(started.Headers["Location"], started.Headers["Location"] + "/end");
        Assert.True(ended.Status == 303, ended.Text);
        var after = (await browser.GetAsync(started.Headers["Location"])).Text;
        Assert.Contains("operator@hospital.example", after, StringComparison.Ordinal);
        Assert.DoesNotContain("End it now", after, StringComparison.Ordinal);
        Assert.Equal(writes, server.Admin.Store.Writes);
    }

    [Theory]
    [InlineData("until", "yesterday", "until-why")]
    [InlineData("use_case", "nobody", "use_case-why")]
    [InlineData("candidate", "useCases: {", "candidate-why")]
    [InlineData("one_in", "many", "one_in-why")]
    [InlineData("reason", " ", "reason-why")]
    public async Task Start_WhatIsTypedWrong_IsSaidAtItsField(string field, string typed, string place)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("operator");
        var form = Form(server).Select(one => one.Item1 == field ? (field, typed) : one).ToArray();
        var refused = await browser.SubmitAsync(Path, Path, form);

        Assert.True(refused.Status is 400 or 422, refused.Text);
        Assert.Contains($"id=\"{place}\"", refused.Text, StringComparison.Ordinal);
        Assert.Contains("what would break", WebUtility.HtmlDecode(refused.Text) + (field == "reason" ? "what would break" : string.Empty));
        Assert.DoesNotContain(server.Admin.Journal.Records, static record => record.Event == "shadow.begin");
    }

    private static (string, string)[] Form(ConsoleServer server)
    {
        var narrower = Sample.UseCase.Replace("[\"read\",\"search\"]", "[\"read\"]", StringComparison.Ordinal);
        return
        [
            ("use_case", "lab-results"),
            ("until", server.Admin.Time.Now.AddDays(7).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture)),
            ("one_in", "1"),
            ("candidate", $$"""{"useCases":[{{narrower}}]}"""),
            ("reason", "what would break"),
        ];
    }
}

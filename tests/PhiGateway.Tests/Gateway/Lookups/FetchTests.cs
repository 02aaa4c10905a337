using System.Net.Http.Headers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

public sealed class FetchTests : IDisposable
{
    private readonly StageWorld _world = new(null, static options => options.Limits = new LimitOptions { MaxAnswer = 1000 });

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Read_SomethingThere_GivesItsBodyAndTag()
    {
        _world.Upstream.Answers("GET /x", "{}", change: static response => response.Headers.ETag = new EntityTagHeaderValue("\"3\""));

        using var found = Assert.IsType<Fetched.Found>(await ReadAsync());
        Assert.Equal("{}"u8.ToArray(), found.Body.ToArray());
        Assert.Equal("\"3\"", found.EntityTag);
        Assert.True(found.IsReadable);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task Read_NothingThere_IsAbsent(int status)
    {
        _world.Upstream.Answers("GET /x", "{}", status);

        using var absent = Assert.IsType<Fetched.Absent>(await ReadAsync());
        Assert.Equal(status, absent.Status);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(500)]
    [InlineData(204)]
    public async Task Read_AnyOtherStatus_IsAFailure(int status)
    {
        _world.Upstream.Answers("GET /x", "{}", status);

        using var failed = Assert.IsType<Fetched.Failed>(await ReadAsync());
        Assert.Equal(DenyReason.UpstreamRefused, failed.Reason);
        Assert.Equal(status, failed.Status);
    }

    [Theory]
    [InlineData(429, "upstream-busy")]
    [InlineData(503, "upstream-busy")]
    [InlineData(504, "upstream-timeout")]
    public async Task Read_BusyOrLate_IsTheFailureThatItIsForTheCallItself(int status, string reason)
    {
        _world.Upstream.Answers("GET /x", "{}", status);

        using var failed = Assert.IsType<Fetched.Failed>(await ReadAsync());
        Assert.Equal((reason, status), (failed.Reason.Code, failed.Status));
    }

    [Fact]
    public async Task Read_NoAnswer_IsAFailureWithItsReason()
    {
        _world.Upstream.Fails("GET /x", DenyReason.UpstreamTimeout);

        using var failed = Assert.IsType<Fetched.Failed>(await ReadAsync());
        Assert.Equal(DenyReason.UpstreamTimeout, failed.Reason);
        Assert.Equal(0, failed.Status);
    }

    [Fact]
    public async Task Read_AsMuchAsMayBeHeld_IsFound()
    {
        _world.Upstream.Answers("GET /x", new string(' ', 1000));

        using var found = Assert.IsType<Fetched.Found>(await ReadAsync());
        Assert.Equal(1000, found.Body.Length);
    }

    [Fact]
    public async Task Read_MoreThanMayBeHeld_IsAFailure()
    {
        _world.Upstream.Answers("GET /x", new string(' ', 1001));

        using var failed = Assert.IsType<Fetched.Failed>(await ReadAsync());
        Assert.Equal(DenyReason.AnswerTooLarge, failed.Reason);
    }

    private async Task<Fetched> ReadAsync()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        var fetched = await _world.Get<Fetch>().ReadAsync(exchange, "/x");
        Assert.Null(exchange.Known.Reply);
        return fetched;
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Ingress;

/// <summary>On the listeners that are not FHIR's, who sends a body too slowly is told so as a problem; who is in time is not.</summary>
public sealed class BodyTimeTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly GatewayMetrics _metrics = new();
    private readonly LimitOptions _limits = new();

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData("/token", 119, 200)]
    [InlineData("/token", 120, 408)]
    [InlineData("/admin/v1/clients", 120, 408)]
    [InlineData("/admin/v1/rosters/ward/members:import", 120, 200)]
    [InlineData("/admin/v1/rosters/ward/members:import", 3600, 408)]
    public async Task Body_OfAnyListener_HasItsTime(string path, int seconds, int status)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.Request.Path = path;
        http.Request.Protocol = "HTTP/1.1";
        http.Request.Body = new Waiting(() => _clock.Advance(TimeSpan.FromSeconds(seconds)));
        http.Response.Body = new MemoryStream();
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        new BodyTime(_limits, _clock, _metrics).Use(app);
        app.Run(static async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            Assert.Equal("all", await reader.ReadToEndAsync(context.RequestAborted));
        });

        await app.Build()(http);

        Assert.Equal(status, http.Response.StatusCode);
        if (status == 408)
        {
            var problem = JsonNode.Parse(Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()))!;
            Assert.Equal(("application/problem+json", "close"), (http.Response.ContentType, (string?)http.Response.Headers.Connection));
            Assert.Equal(("body-too-slow", 408), ((string?)problem["code"], (int)problem["status"]!));
        }
    }

    /// <summary>A body that lets time go by before its second piece.</summary>
    private sealed class Waiting(Action meanwhile) : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            switch (_reads++)
            {
                case 0:
                    "al"u8.CopyTo(buffer.Span);
                    return new(2);
                case 1:
                    meanwhile();
                    "l"u8.CopyTo(buffer.Span);
                    return new(1);
                default:
                    return new(0);
            }
        }
    }
}

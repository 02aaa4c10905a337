using System.Text;
using PhiGateway.Gateway.Egress;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Webhooks;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Sinks;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>Signed calls to a real HTTP receiver.</summary>
public sealed class WebhookSinkTests
{
    private const string Secret = "a-secret-of-the-receiver-0123456789";

    [Fact]
    public async Task Send_GoodReceiver_HasEachEventUnderAStableId()
    {
        await using var receiver = await WebhookReceiver.StartAsync(Secret);
        await using var sink = Sink(receiver.Address, Secret);
        await sink.SendAsync(Events(3, 4, 5), default);
        await sink.SendAsync(Events(3, 4, 5), default);

        Assert.Equal([3L, 4, 5, 3, 4, 5], receiver.Received);
        Assert.Equal(["gw-01/1:3-5", "gw-01/1:3-5"], receiver.Ids);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(429)]
    [InlineData(404)]
    public async Task Send_AnswerThatIsNoSuccess_IsNotTaken(int status)
    {
        await using var receiver = await WebhookReceiver.StartAsync(Secret);
        receiver.Answers.Enqueue(status);
        await using var sink = Sink(receiver.Address, Secret);
        var fault = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Events(1), default));

        Assert.Equal(status == 429 ? TimeSpan.FromSeconds(7) : null, fault.RetryAfter);
        Assert.DoesNotContain("127.0.0.1", fault.Message, StringComparison.Ordinal);
        Assert.Empty(receiver.Received);
        await sink.SendAsync(Events(1), default);
        Assert.Equal([1L], receiver.Received);
    }

    [Fact]
    public async Task Send_SecretBeingChanged_SignsWithBoth_AndAWrongOneIsRefused()
    {
        await using var receiver = await WebhookReceiver.StartAsync(Secret);
        await using var both = Sink(receiver.Address, "a-new-secret-of-the-receiver-9876543210", Secret);
        await both.SendAsync(Events(1), default);
        await using var wrong = Sink(receiver.Address, "a-secret-of-somebody-else-0123456789");
        await Assert.ThrowsAsync<SinkException>(() => wrong.SendAsync(Events(2), default));

        Assert.Equal([1L], receiver.Received);
        Assert.Equal(1, receiver.Refused);
    }

    [Fact]
    public async Task Send_AddressThatMayNotBeCalled_IsNotCalled()
    {
        await using var receiver = await WebhookReceiver.StartAsync(Secret);
        await using var sink = Sink(receiver.Address, Secret, null, new EgressConnector(new EgressPolicy(["192.0.2.0/24"])));
        await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Events(1), default));

        Assert.Empty(receiver.Received);
    }

    private static List<SinkEvent> Events(params long[] sequences) =>
        [.. sequences.Select(static one => SinkSample.EventOf(TestRecords.Disclosure(), one))];

    private static WebhookSink Sink(string address, string secret, string? old = null, EgressConnector? egress = null)
    {
        var options = new SinkOptions
        {
            Name = "hook",
            Kind = "Webhook",
            Address = address,
        };
        var connector = egress ?? new EgressConnector(new EgressPolicy());
        return new WebhookSink(
            options,
            new JsonFormat(),
            new TlsTrust(options),
            connector.ConnectAsync,
            [.. new[] { secret, old }.OfType<string>().Select(Encoding.UTF8.GetBytes)],
            new ManualClock()
        );
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;

namespace PhiGateway.Sinks.Kafka;

/// <summary>
/// Sends events to a topic of a Kafka cluster, under the log's name as key, so that one log stays in one partition and in order. An event
/// counts as taken when every replica that counts has it.
/// </summary>
/// <remarks>
/// Security: the client library opens its connections itself, also to brokers that the cluster names. So each broker is called once by the
/// host's own rules before events are given to it, and every minute again; where one may not be called, none are given. It has the cluster's
/// own list of brokers before that first call, and learns of a new one up to a minute before it is looked at: the network has to forbid what
/// must not be called at all.
/// </remarks>
internal sealed class KafkaSink(SinkOptions options, IEventFormat format, SinkConnect connect, string? password, TimeProvider clock) : ISink
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AtATime = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<DnsEndPoint> _named = KafkaAddress.Read(options.Address!);
    private IProducer<string, byte[]>? _producer;
    private long _lookedAt;
    private volatile string? _fault;

    /// <inheritdoc />
    public bool Acknowledges => true;

    /// <inheritdoc />
    public void Check() { }

    /// <inheritdoc />
    public async Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Timeout);
        try
        {
            await OpenAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refused("The brokers did not answer in time");
        }

        await ProduceAsync(events, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask BreakAsync()
    {
        // What it still holds is forgotten with it: all of it is sent again.
        _producer?.Dispose();
        (_producer, _fault) = (null, null);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => BreakAsync();

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_producer is not null && clock.GetElapsedTime(_lookedAt) < LookEvery)
        {
            return;
        }

        if (_producer is null)
        {
            await CallAsync(_named, cancellationToken);
            _producer = new ProducerBuilder<string, byte[]>(KafkaSettings.Of(options, password))
                .SetErrorHandler((_, error) => _fault = error.Code.ToString())
                .SetLogHandler(static (_, _) => { })
                .Build();
        }

        await CallAsync(await BrokersAsync(_producer, cancellationToken), cancellationToken);
        _lookedAt = clock.GetTimestamp();
    }

    // One connection by the host's rules, which resolve the name themselves; nothing is said over it.
    private async Task CallAsync(IReadOnlyList<DnsEndPoint> brokers, CancellationToken cancellationToken)
    {
        var reached = 0;
        Exception? last = null;
        foreach (var broker in brokers)
        {
            try
            {
                using var socket = await connect(broker, cancellationToken);
                reached++;
            }
            catch (SocketException fault)
            {
                // A broker that is down is no rule that is broken.
                last = fault;
            }
            catch (IOException fault)
            {
                throw new SinkException("A broker of the cluster may not be called from here (PhiGateway:Egress:Allow).", fault);
            }
        }

        if (reached == 0)
        {
            throw new SinkException("No broker can be reached.", last);
        }
    }

    private async Task<IReadOnlyList<DnsEndPoint>> BrokersAsync(IProducer<string, byte[]> producer, CancellationToken cancellationToken)
    {
        // Shares the producer's connections and is closed by itself.
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                // It blocks the caller's thread, so it is asked in small portions.
                var metadata = admin.GetMetadata(options.Topic, AtATime);
                if (metadata.Topics.Find(topic => topic.Topic == options.Topic) is not { } found || found.Error.IsError)
                {
                    throw new SinkException("The cluster does not have the topic, or this node may not write to it.");
                }

                return [.. metadata.Brokers.Select(static broker => new DnsEndPoint(broker.Host, broker.Port))];
            }
            catch (KafkaException fault)
                when (!fault.Error.IsFatal && fault.Error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
            catch (KafkaException fault)
            {
                throw Refused("The brokers did not answer", fault);
            }
        }
    }

    private async Task ProduceAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        var left = events.Count;
        var refused = ErrorCode.NoError;
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Reported(DeliveryReport<string, byte[]> report)
        {
            if (report.Error.IsError)
            {
                refused = report.Error.Code;
            }

            if (Interlocked.Decrement(ref left) == 0)
            {
                reported.TrySetResult();
            }
        }

        try
        {
            foreach (var one in events)
            {
                _producer!.Produce(options.Topic, MessageOf(one), Reported);
            }
        }
        catch (KafkaException fault)
        {
            throw Refused($"The brokers did not take the events ({fault.Error.Code})", fault);
        }

        // Of each there is a report, at the latest when the time for it has passed: nothing is left behind in the library.
        await reported.Task.WaitAsync(cancellationToken);
        if (refused != ErrorCode.NoError)
        {
            throw Refused($"The brokers did not take the events ({refused})");
        }

        _fault = null;
    }

    // The time of a message is when it was sent: a topic that keeps a week must not drop what was recorded a month ago as it arrives.
    private Message<string, byte[]> MessageOf(SinkEvent one) =>
        new()
        {
            Key = one.Log,
            Value = format.Write(one),
            Headers =
            [
                new Header("id", Encoding.ASCII.GetBytes(one.Id.ToString("D"))),
                new Header("sequence", Encoding.ASCII.GetBytes(one.Sequence.ToString(CultureInfo.InvariantCulture))),
                new Header("content-type", "application/json"u8.ToArray()),
            ],
        };

    // The library's own words name hosts: only the name of a fault is told.
    private SinkException Refused(string words, Exception? fault = null) =>
        new(_fault is { } code && !words.Contains(code, StringComparison.Ordinal) ? $"{words} ({code})." : $"{words}.", fault);
}

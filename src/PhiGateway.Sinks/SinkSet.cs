using System.Text;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Files;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Kafka;
using PhiGateway.Sinks.Mail;
using PhiGateway.Sinks.Otlp;
using PhiGateway.Sinks.Syslog;
using PhiGateway.Sinks.Webhooks;

namespace PhiGateway.Sinks;

/// <summary>
/// All sinks of a node: made by the host from its configuration, run beside everything else, asked by readiness. Not the record: a sink may
/// fail, and says so.
/// </summary>
public sealed class SinkSet : IDisposable
{
    private readonly List<SinkFeed> _feeds = [];
    private readonly List<IDisposable> _owned = [];
    private readonly SinkMetrics _metrics;

    /// <summary>Makes the sinks; nothing is opened or sent yet.</summary>
    /// <param name="sinks">As configured and validated.</param>
    /// <param name="store">The stored trail, with a login that may read it.</param>
    /// <param name="journal">This node's journal, for how far it is stored.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="pseudonym">Makes keyed hashes of what may name a person.</param>
    /// <param name="cursors">Folder of the cursors.</param>
    /// <param name="connect">Opens connections by the host's rules.</param>
    /// <param name="clock">Clock.</param>
    /// <param name="console">Address of the console, for links to alerts; null: none is known.</param>
    public SinkSet(
        IReadOnlyList<SinkPlan> sinks,
        IAuditStore store,
        FileJournal journal,
        string node,
        PatientPseudonym pseudonym,
        string cursors,
        SinkConnect connect,
        TimeProvider clock,
        Uri? console = null
    )
    {
        var trail = new SinkTrail(
            store,
            node,
            journal.Log,
            () => journal.ShippedSequence,
            () => journal.DurableSequence,
            () => journal.FirstSequence
        );
        var reader = new SinkEventReader(pseudonym, console);
        foreach (var plan in sinks)
        {
            var path = Path.Combine(cursors, plan.Options.Name + ".cursor");
            _feeds.Add(new SinkFeed(plan.Options, Make(plan, connect, clock), trail, reader, path, clock));
        }

        _metrics = new SinkMetrics(_feeds);
    }

    /// <summary>How each sink stands.</summary>
    public IReadOnlyList<SinkStatus> Status => [.. _feeds.Select(static feed => feed.Status)];

    /// <summary>
    /// What runs each of them until it is told to stop, by name; on a thread of its own each, so that a folder that does not answer keeps no alert
    /// from leaving by another way.
    /// </summary>
    public IEnumerable<(string Name, Func<CancellationToken, Task> Run)> Loops =>
        _feeds.Select(static feed => (feed.Status.Name, (Func<CancellationToken, Task>)feed.RunAsync));

    /// <inheritdoc />
    public void Dispose()
    {
        _metrics.Dispose();
        _owned.ForEach(static one => one.Dispose());
    }

    private ISink Make(SinkPlan plan, SinkConnect connect, TimeProvider clock)
    {
        var format = EventFormats.Of(plan.Options.Format);
        if (plan.Options.Kind == "File")
        {
            return new FileSink(plan.Options, format, plan.RotateAt, plan.Keep, clock);
        }

        if (plan.Options.Kind == "Kafka")
        {
            // The client library reads certificates and keys itself.
            return new KafkaSink(plan.Options, format, connect, SecretOf(plan), clock);
        }

        var trust = new TlsTrust(plan.Options);
        _owned.Add(trust);
        return plan.Options.Kind switch
        {
            "Syslog" => new SyslogSink(plan.Options, format, trust, connect),
            "Otlp" => new OtlpSink(plan.Options, trust, connect, SecretOf(plan), clock),
            "Mail" => new MailSink(plan.Options, trust, connect, SecretOf(plan)),
            _ => new WebhookSink(plan.Options, format, trust, connect, [.. plan.Secrets], clock),
        };
    }

    private static string? SecretOf(SinkPlan plan) => plan.Secrets is [var newest, ..] ? Encoding.UTF8.GetString(newest) : null;
}

/// <summary>One sink with what its configuration refers to.</summary>
/// <param name="Options">As written.</param>
/// <param name="RotateAt">Bytes at which a file is closed.</param>
/// <param name="Keep">Bytes that a folder may hold.</param>
/// <param name="Secrets">Secrets that sign, the newest first.</param>
public sealed record SinkPlan(SinkOptions Options, long RotateAt, long Keep, IReadOnlyList<byte[]> Secrets);

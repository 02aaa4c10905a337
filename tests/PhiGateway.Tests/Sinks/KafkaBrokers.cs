using Confluent.Kafka;

namespace PhiGateway.Tests.Sinks;

/// <summary>A cluster of one broker in this process, which librdkafka brings along for tests: it speaks the protocol and keeps what it takes.</summary>
public sealed class KafkaBrokers : IDisposable
{
    private readonly IProducer<Null, byte[]> _owner = new ProducerBuilder<Null, byte[]>(
        new Dictionary<string, string>
        {
            // The brokers live as long as the client that asked for them.
            ["test.mock.num.brokers"] = "1",
            ["bootstrap.servers"] = "127.0.0.1:1",
            ["allow.auto.create.topics"] = "true",
        }
    ).SetLogHandler(static (_, _) => { }).Build();

    /// <summary>Port on loopback.</summary>
    public int Port
    {
        get
        {
            using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
            return admin.GetMetadata(TimeSpan.FromSeconds(30)).Brokers[0].Port;
        }
    }

    /// <summary>Makes a topic.</summary>
    public void Make(string topic)
    {
        using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
        while (admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics[0].Error.IsError)
        {
            // It is made when it is asked for, and there a moment later.
        }
    }

    /// <summary>Reads so many messages of a topic from its beginning, in their order; waits until they are there.</summary>
    public List<Message<string, byte[]>> Read(string topic, int count)
    {
        using var consumer = Consumer();
        consumer.Assign(Partitions(topic).Select(static one => new TopicPartitionOffset(one, Offset.Beginning)));
        var read = new List<Message<string, byte[]>>();
        while (read.Count < count)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } found)
            {
                read.Add(found.Message);
            }
        }

        return read;
    }

    /// <summary>How many messages a topic holds.</summary>
    public long Count(string topic)
    {
        using var consumer = Consumer();
        return Partitions(topic).Sum(one => consumer.QueryWatermarkOffsets(one, TimeSpan.FromSeconds(30)).High.Value);
    }

    public void Dispose() => _owner.Dispose();

    private List<TopicPartition> Partitions(string topic)
    {
        using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
        return
        [
            .. admin
                .GetMetadata(topic, TimeSpan.FromSeconds(30))
                .Topics[0]
                .Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId)),
        ];
    }

    private IConsumer<string, byte[]> Consumer() => new ConsumerBuilder<string, byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = $"127.0.0.1:{Port}",
                GroupId = "reader",
                EnableAutoCommit = false,
            }
        ).SetLogHandler(static (_, _) => { }).Build();
}

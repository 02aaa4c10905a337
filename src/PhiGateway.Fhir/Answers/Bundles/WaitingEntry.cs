using System.Buffers;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>One entry that waits, and what is known of it once it was read again: kept, so that waiting longer costs no more reading.</summary>
/// <param name="bytes">The entry.</param>
internal sealed class WaitingEntry(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    /// <summary>Whether the rest is known.</summary>
    public bool IsRead { get; private set; }

    public ResourceType Type { get; private set; }

    /// <summary>Its resource's name; null: it has no id.</summary>
    public ResourceName? Name { get; private set; }

    /// <summary>What its resource refers to.</summary>
    public IReadOnlyList<ResourceName> Links { get; private set; } = [];

    /// <summary>The same with the elements, where it may have come along for the sake of what it refers to.</summary>
    public IReadOnlyList<NamedRecord> Back { get; private set; } = [];

    /// <summary>What it is named by beside references; empty for what is not known by an address.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Nothing that waits with it to the last refers to it, and it refers to none of these.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Whether it is there for the sake of others.</summary>
    public bool IsIncluded { get; private set; }

    /// <summary>Keeps what the reader has just read of it.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="isIncluded">It is there for the sake of others.</param>
    /// <param name="back">What it refers to, with the elements, where that may be why.</param>
    /// <param name="addresses">What it is named by beside references.</param>
    public void Keep(ResourceReader reader, bool isIncluded, IReadOnlyList<NamedRecord> back, IReadOnlyList<string> addresses)
    {
        (Back, Addresses) = (back, addresses);
        Type = reader.Facts.Type;
        Name = NameOf(reader.Facts);
        Links = reader.Links is { Count: > 0 } links ? [.. links] : [];
        (IsIncluded, IsRead) = (isIncluded, true);
    }

    /// <summary>Entries as a Bundle of their own, for a look-up; nothing of it leaves.</summary>
    public static ReadOnlyMemory<byte> Gather(IReadOnlyList<WaitingEntry> entries)
    {
        var output = new ArrayBufferWriter<byte>(entries.Sum(static entry => entry.Bytes.Length + 1) + 64);
        output.Write("{\"resourceType\":\"Bundle\",\"entry\":["u8);
        for (var i = 0; i < entries.Count; i++)
        {
            output.Write(i == 0 ? default : ","u8);
            output.Write(entries[i].Bytes);
        }

        output.Write("]}"u8);
        return output.WrittenMemory;
    }

    /// <summary>The name of a resource; null: it has no id.</summary>
    public static ResourceName? NameOf(ResourceFacts facts) => facts.Id is { } id ? new ResourceName(facts.Type, id) : null;
}

using System.Text;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>What a Bundle must be, by the request it answers; decides how its entries are treated.</summary>
internal enum BundleKind : byte
{
    /// <summary>The request is not answered by a Bundle.</summary>
    None = 0,
    SearchSet,
    History,
    BatchResponse,
    TransactionResponse,

    /// <summary>Resources put together by an operation; treated like a search's.</summary>
    Collection,

    /// <summary>The answer of an operation: what it is, it says itself.</summary>
    Any,

    /// <summary>A resource of type Bundle: it leaves whole or not at all.</summary>
    Stored,
}

/// <summary>Maps requests and <c>Bundle.type</c> to the kind of Bundle that is expected or stands there.</summary>
internal static class BundleKinds
{
    private static readonly byte[][] Types =
    [
        "searchset"u8.ToArray(),
        "history"u8.ToArray(),
        "batch-response"u8.ToArray(),
        "transaction-response"u8.ToArray(),
        "collection"u8.ToArray(),
        "document"u8.ToArray(),
        "message"u8.ToArray(),
        "batch"u8.ToArray(),
        "transaction"u8.ToArray(),
    ];

    /// <summary>What the answer to a request must be.</summary>
    public static BundleKind Expected(FhirRequest request) =>
        request.Interaction switch
        {
            Interaction.SearchType or Interaction.SearchSystem or Interaction.SearchPage => BundleKind.SearchSet,
            Interaction.HistoryInstance or Interaction.HistoryType or Interaction.HistorySystem => BundleKind.History,
            Interaction.Batch => BundleKind.BatchResponse,
            Interaction.Transaction => BundleKind.TransactionResponse,
            Interaction.Operation => BundleKind.Any,
            Interaction.Read
            or Interaction.VRead
            or Interaction.Create
            or Interaction.Update
            or Interaction.Patch
            or Interaction.Delete when request.Type == ResourceType.Bundle => BundleKind.Stored,
            _ => BundleKind.None,
        };

    /// <summary>The kind of an operation's answer by its type; documents and messages mean what they mean only as a whole.</summary>
    public static BundleKind Resolve(ReadOnlySpan<byte> type) =>
        Encoding.ASCII.GetString(TypeOf(type)) switch
        {
            "searchset" => BundleKind.SearchSet,
            "history" => BundleKind.History,
            "batch-response" => BundleKind.BatchResponse,
            "transaction-response" => BundleKind.TransactionResponse,
            "collection" => BundleKind.Collection,
            "" => BundleKind.None,
            _ => BundleKind.Stored,
        };

    /// <summary>
    /// Whether a Bundle of this <c>type</c> is of the kind; for <see cref="BundleKind.Any"/> and <see cref="BundleKind.Stored"/> any of
    /// R4's types.
    /// </summary>
    public static bool Fits(this BundleKind kind, ReadOnlySpan<byte> type) =>
        kind switch
        {
            BundleKind.SearchSet => type.SequenceEqual("searchset"u8),
            BundleKind.History => type.SequenceEqual("history"u8),
            BundleKind.BatchResponse => type.SequenceEqual("batch-response"u8),
            BundleKind.TransactionResponse => type.SequenceEqual("transaction-response"u8),
            BundleKind.Collection => type.SequenceEqual("collection"u8),
            BundleKind.Any or BundleKind.Stored => TypeOf(type).Length > 0,
            _ => false,
        };

    /// <summary>Whether what leaves of such a Bundle is written anew around its entries; nothing else of it leaves.</summary>
    public static bool IsMadeAnew(this BundleKind kind) => !NameOf(kind).IsEmpty;

    /// <summary>The <c>type</c> of a Bundle of this kind; empty for those that name it themselves.</summary>
    public static ReadOnlySpan<byte> NameOf(BundleKind kind) =>
        kind switch
        {
            BundleKind.SearchSet => "searchset"u8,
            BundleKind.History => "history"u8,
            BundleKind.BatchResponse => "batch-response"u8,
            BundleKind.TransactionResponse => "transaction-response"u8,
            BundleKind.Collection => "collection"u8,
            _ => default,
        };

    /// <summary>The constant for a type of R4; empty for anything else.</summary>
    public static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> type)
    {
        foreach (var known in Types)
        {
            if (type.SequenceEqual(known))
            {
                return known;
            }
        }

        return default;
    }
}

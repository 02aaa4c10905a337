using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Reads the links of an upstream Bundle and writes those that leave: self on the gateway's base, pages as sealed handles, nothing else.
/// </summary>
internal sealed class BundleLinks
{
    private readonly List<KeyValuePair<string, string>> _links = new(4);
    private readonly List<KeyValuePair<string, string>> _sealed = [];

    /// <summary>The Bundle is one page of several.</summary>
    public bool HasOtherPages { get; private set; }

    /// <summary>Where the upstream continues; null: nowhere.</summary>
    public string? Next => _links.Find(static link => link.Key == "next").Value;

    /// <summary>The self link as the client is given it; null without one.</summary>
    public string? Self(Bases bases, AnswerOptions options) =>
        _links.Find(static link => link.Key == "self").Value is { } url ? SelfOf(url, bases, options) : null;

    public ScanResult Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ValueSkipper skipper, NameStack names)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return ScanResult.Broken;
        }

        _links.Clear();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return ScanResult.Complete;
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return ScanResult.Broken;
            }

            var result = ReadLink(ref reader, data, skipper, names);
            if (result != ScanResult.Complete)
            {
                return result;
            }
        }

        return ScanResult.NeedMore;
    }

    /// <summary>Leaves out all but the self link: the answer is all there is.</summary>
    public void KeepSelf()
    {
        _links.RemoveAll(static link => link.Key != "self");
        HasOtherPages = false;
    }

    /// <summary>Turns the links into those that the client is given, before anything of them is written.</summary>
    /// <returns>Whether the answer continues where the client cannot be sent.</returns>
    public bool Seal(Bases bases, AnswerOptions options)
    {
        var lost = false;
        _sealed.Clear();
        foreach (var (relation, url) in _links)
        {
            var leaving = relation == "self" ? SelfOf(url, bases, options) : options.Links?.Seal(relation, url);
            if (leaving is not null)
            {
                _sealed.Add(KeyValuePair.Create(relation, leaving));
            }

            lost |= leaving is null && relation == "next";
        }

        return lost;
    }

    /// <summary>Writes the sealed links.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var any = false;
        foreach (var (relation, leaving) in _sealed)
        {
            output.Write(any ? ","u8 : ",\"link\":["u8);
            output.Write("{\"relation\":\""u8);
            output.Write(Encoding.UTF8.GetBytes(relation));
            output.Write("\",\"url\":\""u8);
            output.Write(Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(leaving)));
            output.Write("\"}"u8);
            any = true;
        }

        output.Write(any ? "]"u8 : default);
    }

    /// <summary>Whether the self link shows what was added to the search.</summary>
    public bool SelfShows(AnswerOptions options, Bases bases) =>
        options.Narrowed.Count == 0
        || SelfLink.Shows(_links.Find(static link => link.Key == "self").Value, options.Narrowed, options.SelfLinks, bases);

    // A server that names itself by a base that nobody knows is told of.
    private static string? SelfOf(string url, Bases bases, AnswerOptions options) =>
        Rewritten(SelfLink.Own(url, options, bases), bases) ?? options.Links?.Seal("self", url);

    private static string? Rewritten(string url, Bases bases)
    {
        var bytes = Encoding.UTF8.GetBytes(url);
        var length = bases.Match(bytes, out _);
        if (length == 0)
        {
            // Below another host, or the base itself with a query: system searches have no slash after the base.
            var question = url.IndexOf('?', StringComparison.Ordinal);
            return question >= 0 && bases.Match(Encoding.UTF8.GetBytes(url[..question] + "/"), out _) == question + 1
                ? bases.GatewayText.TrimEnd('/') + url[question..]
                : FromPlace(bases.PlaceOf(bytes), bases);
        }

        return bases.GatewayText + Encoding.UTF8.GetString(bytes.AsSpan(length));
    }

    // From the root of the host, or relative to the base, as some servers write all their links.
    private static string? FromPlace(string? place, Bases bases)
    {
        if (place is null)
        {
            return null;
        }

        return (place.StartsWith('?') ? bases.GatewayText.TrimEnd('/') : bases.GatewayText) + place;
    }

    private ScanResult ReadLink(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ValueSkipper skipper, NameStack names)
    {
        string? relation = null;
        string? url = null;
        var start = names.Count;
        ulong bloom = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                names.PopTo(start);
                Add(relation, url);
                return ScanResult.Complete;
            }

            var name = reader.ValueSpan;
            if (
                reader.ValueIsEscaped
                || !names.TryAdd(start, ref bloom, NameKey.Of(name), checked((int)reader.TokenStartIndex) + 1, name, data)
            )
            {
                return ScanResult.Broken;
            }

            if (!reader.Read())
            {
                return ScanResult.NeedMore;
            }

            var result = skipper.Skip(ref reader, data);
            if (result != ScanResult.Complete)
            {
                return result;
            }

            if (reader.TokenType != JsonTokenType.Null && (name.SequenceEqual("relation"u8) || name.SequenceEqual("url"u8)))
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    return ScanResult.Broken;
                }

                var text = JsonText.ToString(reader.ValueSpan, reader.ValueIsEscaped);
                (relation, url) = name.Length == 3 ? (relation, text) : (text, url);
            }
        }

        return ScanResult.NeedMore;
    }

    private void Add(string? relation, string? url)
    {
        if (url is null || relation is not ("self" or "next" or "previous" or "prev" or "first" or "last"))
        {
            return;
        }

        HasOtherPages |= relation is "next" or "previous" or "prev";
        _links.Add(KeyValuePair.Create(relation, url));
    }
}

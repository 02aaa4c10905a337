using System.Buffers;
using System.Buffers.Text;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <content>What leaves of the Bundle itself.</content>
internal sealed partial class BundleWalker
{
    private byte[] _storedType = [];

    private ReadOnlySpan<byte> TypeName => _kind == BundleKind.Stored ? _storedType : BundleKinds.NameOf(_kind);

    /// <summary>Before the first piece; a stored Bundle's type follows at the end when it has not been met yet.</summary>
    private void WriteHead()
    {
        if (_headWritten)
        {
            return;
        }

        _headWritten = true;
        work.Output.Write("{\"resourceType\":\"Bundle\""u8);
        if (_kind != BundleKind.Stored)
        {
            WriteType();
        }
    }

    private void WriteType()
    {
        work.Output.Write(",\"type\":\""u8);
        work.Output.Write(TypeName);
        work.Output.Write("\""u8);
    }

    private void OpenEntry()
    {
        if (Window is not null)
        {
            Window.WriteHead(TypeName, work.Output);
            work.Output.Write(Window.EntriesOpen ? ","u8 : ",\"entry\":["u8);
            Window.EntriesOpen = true;
            return;
        }

        WriteHead();
        work.Output.Write(_entriesOpen ? ","u8 : ",\"entry\":["u8);
        _entriesOpen = true;
    }

    // The self link of a page further on is a handle of the upstream's, which shows no parameters at all.
    private void CheckNarrowing() =>
        work.Disclosure.NarrowingNotApplied |=
            _kind == BundleKind.SearchSet && Window is not { IsFirst: false } && !_links.SelfShows(work.Options, work.Bases);

    private ScanResult Finish()
    {
        if (
            (_members & 0b11) != 0b11
            || (
                request is { Entries.Count: > 0 }
                && _kind is BundleKind.BatchResponse or BundleKind.TransactionResponse
                && request.Entries.Count != _entries
            )
        )
        {
            return ScanResult.Broken;
        }

        if (Window is not null)
        {
            CheckNarrowing();
            Window.EndPage(_links, hasTotal: (_members & 0b100) != 0);
            _phase = Phase.Done;
            return ScanResult.Complete;
        }

        WriteHead();
        if (_kind == BundleKind.Stored)
        {
            WriteType();
        }

        // Anything but a complete single page would betray what other pages hold, or how much was withheld.
        if ((_members & 0b100) != 0 && !_links.HasOtherPages && _kind != BundleKind.Stored)
        {
            work.Output.Write(",\"total\":"u8);
            Span<byte> digits = stackalloc byte[11];
            Utf8Formatter.TryFormat(_matches, digits, out var written);
            work.Output.Write(digits[..written]);
        }

        if (_kind != BundleKind.Stored)
        {
            _links.Write(work.Bases, work.Options, work.Output);
        }

        CheckNarrowing();
        work.Output.Write("}"u8);
        _phase = Phase.Done;
        return ScanResult.Complete;
    }
}

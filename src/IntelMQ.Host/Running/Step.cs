using IntelMQ.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>
/// What a worker has done and not yet committed: messages to send, messages that are finished. A message whose handling
/// fails is taken back without harm to the others.
/// </summary>
sealed class Step(Routes routes, WireForm form, IReceiver? source)
{
    readonly Commit _sends = new() { Source = source };
    readonly MessageBuffer _buffer = new();
    readonly Dictionary<string, long> _sentPerPath = new(StringComparer.Ordinal);
    readonly List<(string Path, int Count)> _pathsOfCurrent = [];

    int _mark;
    long _skip;
    long _committedOutputs;
    long _outputs;
    long _tag = -1;
    long _dropped;
    long _finished;

    public Commit Commit => _sends;

    public bool IsEmpty => _sends.IsEmpty;

    public int Size => _sends.Sends.Count;

    public long Bytes => _sends.Bytes;

    public long Dropped => _dropped;

    /// <summary>Messages that are done with.</summary>
    public long Finished => _finished;

    public IReadOnlyDictionary<string, long> SentPerPath => _sentPerPath;

    /// <summary>Whether earlier commits hold outputs of the message in hand that are not to be made again.</summary>
    public bool IsRepeating => _skip > 0;

    /// <summary>Starts the handling of a message, or starts it again after a failure.</summary>
    public void Begin(in Delivery delivery)
    {
        _mark = _sends.Sends.Count;
        if (_tag != delivery.Tag) _committedOutputs = delivery.Progress;
        _tag = delivery.Tag;
        _skip = _committedOutputs;
        _outputs = 0;
        _pathsOfCurrent.Clear();
    }

    /// <summary>Writes a message down for all queues of a path.</summary>
    /// <returns>Whether the path exists.</returns>
    public bool Send(Message message, string path)
    {
        if (routes.Find(path) is not { } route) return false;

        _outputs++;
        if (_skip > 0)
        {
            _skip--;
            return true;
        }

        // What is left of a message that could not be written, where the bot went on all the same.
        _buffer.Discard();
        if (form == WireForm.Binary) BinaryForm.Write(_buffer, message);
        else JsonForm.Write(_buffer, message);
        SendBytes(_buffer.Take(), route);
        return true;
    }

    /// <summary>Passes over an output that an earlier commit holds: it counts, though it is not made again.</summary>
    public void PassOver(string path)
    {
        if (routes.Find(path) is null) return;
        _outputs++;
        _skip--;
    }

    /// <summary>Sends bytes that are a message already.</summary>
    public void SendBytes(ReadOnlyMemory<byte> body, Route route)
    {
        foreach (var queue in route.Next()) _sends.Send(queue, body);
        if (_pathsOfCurrent.Count > 0 && ReferenceEquals(_pathsOfCurrent[^1].Path, route.Path)) _pathsOfCurrent[^1] = (route.Path, _pathsOfCurrent[^1].Count + 1);
        else _pathsOfCurrent.Add((route.Path, 1));
    }

    /// <summary>The message in hand is finished.</summary>
    public void Finish()
    {
        _sends.Acknowledge(_tag);
        _sends.Progress = null;
        CountPaths();
        // A bot without destinations, an output, drops nothing: it hands over.
        if (_outputs == 0 && !routes.IsEmpty) _dropped++;
        _finished++;
        _committedOutputs = 0;
        _tag = -1;
    }

    /// <summary>A report of a collector is complete; there is nothing to acknowledge.</summary>
    public void EndReport() => CountPaths();

    /// <summary>Takes back what the message in hand has sent since it was begun or since the last part was committed.</summary>
    public void TakeBack()
    {
        _buffer.Discard();
        _sends.TakeBackSends(_mark);
        // A part whose commit was given up: with its messages gone, that they were sent must not be told either.
        _sends.Progress = null;
        _pathsOfCurrent.Clear();
    }

    /// <summary>Marks what the message in hand has sent so far as a part that is committed by itself.</summary>
    public void EndPart()
    {
        _sends.Progress = (_tag, _outputs);
        CountPaths();
    }

    /// <summary>Everything so far is safe.</summary>
    public void Committed()
    {
        if (_sends.Progress is { } progress) _committedOutputs = progress.Outputs;
        Reset();
    }

    /// <summary>Nothing of it is to be committed: its messages are handled again.</summary>
    public void Abandon() => Reset();

    void Reset()
    {
        _sends.Clear();
        _sentPerPath.Clear();
        _dropped = 0;
        _finished = 0;
        _mark = 0;
    }

    void CountPaths()
    {
        foreach (var (path, count) in _pathsOfCurrent) _sentPerPath[path] = _sentPerPath.GetValueOrDefault(path) + count;
        _pathsOfCurrent.Clear();
    }
}

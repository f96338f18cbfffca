package com.amazonaws.services.lambda.runtime.events;

import java.util.Date;
import java.util.List;

/** What AWS's event classes do that other beans may not: other names than in the JSON, no setters, times in seconds. */
public class QueueEvent {
    private List<Message> records;

    public List<Message> getRecords() {
        return records;
    }

    public void setRecords(List<Message> records) {
        this.records = records;
    }

    public static class Message {
        private final String eventSourceArn;
        private Date sent;

        public Message(String eventSourceArn) {
            this.eventSourceArn = eventSourceArn;
        }

        public String getEventSourceArn() {
            return eventSourceArn;
        }

        public Date getSent() {
            return sent;
        }
    }
}
